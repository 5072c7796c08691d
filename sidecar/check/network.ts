import { checkClock } from '#common/checks/clock.ts';
import { type Finding, knownFacts } from '#common/checks/finding.ts';
import { checkIdentity, checkReach, type WayOptions } from '#common/checks/way.ts';
import type { Endpoint } from '#common/compass/endpoint.ts';
import { CompassError } from '#common/errors.ts';
import type { ConnectionContext } from '../connection/context.ts';
import { requireTrustedUrls } from '../connection/issue.ts';
import type { ManagementUrls } from '../connection/state.ts';
import type { PassFacts } from '../request-handler.ts';
import { keyedFingerprint } from '../status/keyed-fingerprint.ts';

/**
 * The ways to Connector and Director from inside the cluster, and whether the Director knows us: `{ __typename }` and
 * `runtime(id) { id }`, with the stored certificate and never a token. Before the first pairing CONNECTOR_URL is tried.
 */
export async function checkNetwork(context: ConnectionContext, pass: PassFacts): Promise<Finding[]> {
  const endpoints = endpointsOf(context, pass);
  const options = wayOptions(context, pass);
  const reached = await Promise.all(
    [endpoints.connector, endpoints.director].flatMap((endpoint) => (endpoint ? [checkReach(endpoint, options)] : [])),
  );
  const isClosed = reached.some(({ category, status }) => category === 'director' && status === 'error');
  const identity = isClosed ? NOT_REACHED : await provenIdentity(context, pass, endpoints.director, options);
  // Without an answer there is nothing to say of the clock.
  const clock = [checkClock(reached)].filter(({ status }) => status !== 'skipped');
  return [...verification(context), ...trust(context, pass), ...reached, ...clock, identity];
}

/** The way has said already what is wrong; asking again would only take as long again. */
const NOT_REACHED: Finding = {
  category: 'director',
  name: 'identity',
  status: 'skipped',
  message: 'not asked: the Director cannot be reached',
};

interface Endpoints {
  readonly connector?: Endpoint | undefined;
  readonly director?: Endpoint | undefined;
}

function endpointsOf(context: ConnectionContext, pass: PassFacts): Endpoints {
  const urls = urlsOf(context, pass);
  const { configuration, result } = pass;
  const credential = result.credential;
  const configured = configuration instanceof CompassError ? undefined : configuration;
  const runtimeId = configured?.runtimeId ?? context.state.value?.runtimeId;
  const tenant = configured ? configured.tenant : context.state.value?.tenant;
  // Without a certificate that can be shown, a new token is what comes next: it is good at the other door.
  const byToken = credential ? undefined : configured?.connectorUrl;
  const connectorUrl = byToken ?? urls?.connector ?? configured?.connectorUrl;
  const common = { credential, runtimeId };
  return {
    connector:
      connectorUrl === undefined
        ? undefined
        : { ...common, url: connectorUrl, target: credential ? 'connector-mtls' : 'connector' },
    director: urls && { ...common, url: urls.director, target: 'director', tenant },
  };
}

function urlsOf({ state }: ConnectionContext, { connection }: PassFacts): ManagementUrls | undefined {
  return connection?.urls ?? state.value?.urls;
}

function wayOptions({ transport, state }: ConnectionContext, { result: { credential } }: PassFacts): WayOptions {
  const key = state.value?.fingerprintKey;
  const presented = credential && key && keyedFingerprint(credential.fingerprint, key);
  return { transport, facts: knownFacts({ presented }) };
}

function provenIdentity(
  { state }: ConnectionContext,
  { configuration, result: { credential } }: PassFacts,
  director: Endpoint | undefined,
  options: WayOptions,
): Finding | Promise<Finding> {
  const base = { category: 'director', name: 'identity', status: 'skipped' } as const;
  const runtimeId = configuration instanceof CompassError ? state.value?.runtimeId : configuration.runtimeId;
  if (!credential) return { ...base, message: 'not asked, for want of a certificate that can be shown' };
  if (!director || runtimeId === undefined)
    return { ...base, message: 'not asked: nothing says where the Director is' };
  return checkIdentity(director, runtimeId, options);
}

function trust(context: ConnectionContext, pass: PassFacts): Finding[] {
  const base = { category: 'connector', name: 'urls' } as const;
  const urls = urlsOf(context, pass);
  if (!urls) return [];
  const { configuration } = pass;
  const anchor = configuration instanceof CompassError ? urls.connector : configuration.connectorUrl;
  try {
    requireTrustedUrls(context, anchor, urls);
    return [{ ...base, status: 'ok', message: 'the URLs of Connector and Director are trusted' }];
  } catch (error) {
    if (!(error instanceof CompassError)) throw error;
    return [{ ...base, status: 'error', reason: error.reason, message: error.message }];
  }
}

function verification({ config }: ConnectionContext): Finding[] {
  if (!config.skipCompassTlsVerify) return [];
  const message = 'APP_SKIP_COMPASS_TLS_VERIFY is true: anybody on the way to Compass can read and change everything';
  return [{ category: 'connector', name: 'verification', status: 'warning', reason: 'VerificationDisabled', message }];
}
