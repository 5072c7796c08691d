import type { Cluster } from '#common/cluster/cluster.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import type { Report } from '#common/resources/report.ts';
import { type FindOptions, type FoundConnection, findConnection } from '../connection/find.ts';
import type { MissingRight } from '../connection/right.ts';
import { identityFacts } from '../status/from-report.ts';
import { instant } from '../status/from-resource.ts';

/** What is known about a connection's certificate without its Secret. Times in milliseconds since the epoch. */
export interface KnownIdentity {
  readonly name: string;
  readonly namespace: string;
  /** The sidecar's report, or, without one, the CompassConnection. */
  readonly source: 'report' | 'resource';
  readonly commonName?: string | undefined;
  readonly notBefore?: number | undefined;
  readonly notAfter?: number | undefined;
  readonly renewAt?: number | undefined;
  /** Keyed fingerprints: equal or not, nothing else may be read from them. */
  readonly inUse?: string | undefined;
  readonly stored?: string | undefined;
  /** Compass refuses it, whatever its dates say: revoked, or the Runtime is gone. */
  readonly isRefused: boolean;
  readonly notPermitted: readonly MissingRight[];
}

/** Throws what findConnection throws. */
export async function fetchIdentity(cluster: Cluster, options: FindOptions): Promise<KnownIdentity> {
  return identityOf(await findConnection(cluster, options));
}

export function identityOf({ name, namespace, resource, found, notPermitted }: FoundConnection): KnownIdentity {
  const where = { name, namespace, notPermitted };
  if (found?.report) return { ...where, source: 'report', ...fromReport(found.report) };
  return { ...where, source: 'resource', ...fromResource(resource) };
}

/** Only the sidecar says `Rejected`: with ConnectionFailed, Connector and Director refuse the certificate both. */
function fromReport({ state, identity, conditions = [] }: Report) {
  return {
    isRefused: isRejected(state, conditions),
    ...(identity ? identityFacts(identity) : {}),
  };
}

function fromResource(resource: CompassConnection | undefined) {
  const { connectionState, connectionStatus, conditions = [] } = resource?.status ?? {};
  const { notBefore, notAfter } = connectionStatus?.certificateStatus ?? {};
  return {
    isRefused: isRejected(connectionState, conditions),
    notBefore: instant(notBefore),
    notAfter: instant(notAfter),
  };
}

function isRejected(
  state: string | undefined,
  conditions: readonly { readonly type: string; readonly status: string; readonly reason?: string }[],
): boolean {
  const connected = conditions.find(({ type }) => type === 'Connected');
  return state === 'ConnectionFailed' && connected?.status === 'False' && connected.reason === 'Rejected';
}
