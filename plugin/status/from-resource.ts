import { REASONS } from '#common/errors.ts';
import type { CompassConnection, Time } from '#common/resources/compass-connection.ts';
import type { ConnectionFacts, Fault } from './facts.ts';

/** What the CompassConnection itself says: all that there is where no sidecar of ours, or an old one, keeps it. */
export function factsFromResource(connection: CompassConnection): ConnectionFacts {
  const { status, spec } = connection;
  const state = status?.connectionState;
  const certificate = status?.connectionStatus?.certificateStatus;
  const sync = status?.synchronizationStatus ?? undefined;
  const connectionError = faultFrom(status?.connectionStatus?.error);
  const syncError = faultFrom(sync?.error);
  const fetchFailed = state === 'SynchronizationFailed';
  return {
    name: connection.metadata.name,
    source: 'resource',
    state,
    connectorUrl: spec?.managementInfo?.connectorUrl,
    directorUrl: spec?.managementInfo?.directorUrl,
    identity: {
      notBefore: instant(certificate?.notBefore),
      notAfter: instant(certificate?.notAfter),
      renewed: instant(status?.connectionStatus?.renewed),
    },
    connector: { time: instant(status?.connectionStatus?.lastSync), error: connectionError },
    director: {
      time: instant(sync?.lastSuccessfulFetch ?? sync?.lastAttempt),
      ...(fetchFailed ? { error: syncError } : {}),
    },
    sync: {
      failed: [],
      endedAt: instant(sync?.lastSuccessfulApplication),
      ...(fetchFailed ? {} : { error: syncError }),
    },
    conditions: status?.conditions ?? [],
    changes: [],
    requests: [],
    steps: [],
    isRenewalAsked: spec?.refreshCredentialsNow === true,
    writtenAt: newest(status?.connectionStatus?.lastSync, sync?.lastAttempt, sync?.lastSuccessfulApplication),
    omitted: {},
    notPermitted: [],
    warnings: [],
    remarks: [],
  };
}

function newest(...times: readonly (Time | undefined)[]): number | undefined {
  const known = times.map(instant).filter((at) => at !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}

/** A time of the API in milliseconds; undefined where it is null, absent or no time. */
export function instant(time: Time | undefined): number | undefined {
  const at = time ? Date.parse(time) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

/** An error of a status field: our sidecar writes the reason before the colon, the reference agent does not. */
function faultFrom(error: string | undefined): Fault | undefined {
  if (!error) return undefined;
  const [reason = '', rest] = splitOnce(error, ': ');
  return rest !== undefined && reason in REASONS ? { reason, message: rest } : { message: error };
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
