import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Clock, systemClock } from '../clock.ts';
import { PROBE, RUNTIME_IDENTITY } from '../compass/documents.ts';
import type { Endpoint, ObservedCall, ObservedConnection, Transport } from '../compass/endpoint.ts';
import { type Answer, type Call, call } from '../compass/graphql.ts';
import { bareHost, proxyFor } from '../compass/proxy.ts';
import { CompassError, hasReason, reasonOf } from '../errors.ts';
import { type Finding, knownFacts } from './finding.ts';

/** How long one check of the way may take, name to last byte. */
const WAY_TIMEOUT_MS = 10_000;

/** An answer that takes longer is worth a warning: calls with a token have a minute or two, people have less. */
const SLOW_MS = 5_000;

export interface WayOptions {
  readonly transport: Transport;
  readonly timeoutMs?: number;
  /** More facts about what is presented: the keyed fingerprint of the certificate. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** What the way was seen to be, as far as it was gone. */
interface Trace {
  addresses?: string;
  dnsMs?: number;
  proxy?: string | undefined;
  connection?: ObservedConnection;
  call?: ObservedCall;
}

/**
 * Goes the whole way to an endpoint: name, TCP, proxy, TLS, HTTP, and a GraphQL `{ __typename }` without token or side
 * effect, on a connection of its own. Never throws. Without a credential, a server that wants a certificate is a way that
 * is fine: only the sidecar has the key.
 */
export async function checkReach(endpoint: Endpoint, options: WayOptions): Promise<Finding> {
  const trace: Trace = {};
  const base = { category: endpoint.target === 'director' ? 'director' : 'connector', name: 'reach' } as const;
  const error = await go(endpoint, PROBE, options, trace);
  const facts = { ...factsOf(endpoint, trace), ...options.facts };
  if (error && !isEndForUs(error, endpoint, trace)) {
    const { reason, message } = explain(error);
    return { ...base, status: 'error', reason, message, facts: { ...facts, failedAt: stageOf(error, trace) } };
  }
  const latencyMs = Math.round(trace.call?.durationMs ?? 0);
  const how = [`${latencyMs}ms`, trace.connection?.tlsVersion].filter((part) => part).join(', ');
  if (error) {
    const wants = { ...facts, clientCertificate: 'required' };
    return {
      ...base,
      status: 'ok',
      message: `${how}, and it wants the certificate that the sidecar has`,
      facts: wants,
    };
  }
  if (latencyMs > SLOW_MS) {
    return {
      ...base,
      status: 'warning',
      reason: 'CompassTimeout',
      message: `slow: it answered after ${latencyMs}ms`,
      facts,
    };
  }
  return { ...base, status: 'ok', message: how, facts };
}

/** Whether the Director knows us by the certificate: `runtime(id) { id }`, which changes nothing. Never throws. */
export async function checkIdentity(endpoint: Endpoint, runtimeId: string, options: WayOptions): Promise<Finding> {
  const trace: Trace = {};
  const base = { category: 'director', name: 'identity' } as const;
  const operation = { ...RUNTIME_IDENTITY, variables: { id: runtimeId }, onRuntime: true };
  let known: unknown;
  const error = await go(endpoint, operation, options, trace, ({ data }) => {
    known = data['runtime'];
  });
  const facts = { ...factsOf(endpoint, trace), ...options.facts };
  if (error)
    return { ...base, status: 'error', ...explain(error), facts: { ...facts, failedAt: stageOf(error, trace) } };
  if (!known) {
    return {
      ...base,
      status: 'error',
      reason: 'RuntimeNotFound',
      message: 'the Director knows no such Runtime',
      facts,
    };
  }
  return { ...base, status: 'ok', message: 'the Director knows this Runtime by its certificate', facts };
}

/** Makes the call on a fresh connection; gives the error that it ended with. */
async function go(
  endpoint: Endpoint,
  operation: Call,
  { transport, timeoutMs = WAY_TIMEOUT_MS }: WayOptions,
  trace: Trace,
  onAnswer: (answer: Answer) => void = () => undefined,
): Promise<CompassError | undefined> {
  const clock = transport.clock ?? systemClock;
  const observing: Transport = {
    ...transport,
    observe: (observed) => {
      trace.call = observed;
      transport.observe?.(observed);
    },
    observeConnection: (connection) => {
      trace.connection = connection;
    },
  };
  try {
    await resolve(endpoint, observing, clock, trace, timeoutMs);
    onAnswer(await call(endpoint, { ...operation, timeoutMs }, observing));
    return undefined;
  } catch (error) {
    if (error instanceof CompassError) return error;
    return new CompassError('InternalError', `the check of ${hostOf(endpoint)} failed without a reason`, {
      cause: error,
    });
  }
}

/** Resolves the host where it is reached directly: a proxy resolves it itself. */
async function resolve(
  { url }: Endpoint,
  { proxy: settings }: Transport,
  clock: Clock,
  trace: Trace,
  timeoutMs: number,
): Promise<void> {
  if (!URL.canParse(url)) throw new CompassError('ConfigurationInvalid', 'the URL is not an absolute URL');
  const parsed = new URL(url);
  if (parsed.protocol !== 'https:') {
    throw new CompassError('ConfigurationInvalid', `the URL must begin with https://, not ${parsed.protocol}//`);
  }
  trace.proxy = proxyFor(parsed, settings)?.name;
  const host = bareHost(parsed);
  if (trace.proxy !== undefined || isIP(host) !== 0) return;
  const startedMs = clock.monotonicMs();
  const done = new AbortController();
  const found = await Promise.race([addressesOf(host), silence(timeoutMs, clock, done.signal)]);
  done.abort();
  trace.dnsMs = clock.monotonicMs() - startedMs;
  if (typeof found === 'string') {
    throw new CompassError('CompassUnreachable', `the name ${host} cannot be resolved (${found})`);
  }
  trace.addresses = found.join(', ');
}

/** The addresses, or the code of what went wrong. */
async function addressesOf(host: string): Promise<string[] | string> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'no answer';
  }
}

async function silence(timeoutMs: number, clock: Clock, done: AbortSignal): Promise<string> {
  await clock.sleep(timeoutMs, done);
  return `no answer within ${timeoutMs / 1_000} s`;
}

/** TLS is fine, and the other side wants to know who we are: as far as one gets without the key. */
function isEndForUs(error: CompassError, { credential }: Endpoint, { connection, call: observed }: Trace): boolean {
  if (credential) return false;
  if (!connection) return ALERT_FOR_WANT.test(error.message);
  if (hasReason(error, 'Rejected')) return true;
  return hasReason(error, 'CompassUnreachable') && observed?.status === 0;
}

/**
 * How a server says, still in the handshake, that it wants a certificate or dislikes having none: an alert about one, or
 * in TLS 1.2 a handshake failure (RFC 5246, section 7.4.6; RFC 8446, section 4.4.2.4).
 */
const ALERT_FOR_WANT = /TLS failed \(.*alert.*(certificate|unknown ca|handshake failure)/;

/** The message without the operation, which is always our own; the host is among the facts. */
function explain(error: CompassError): { readonly reason: Finding['reason']; readonly message: string } {
  return { reason: reasonOf(error), message: error.message.replace(/^(probe|runtime) at \S+: /, '') };
}

/** How far the way was gone: `url`, `dns`, `proxy`, `tcp`, `tls`, `http` or `graphql`. */
function stageOf(error: CompassError, { proxy, connection, call: observed, dnsMs }: Trace): string {
  if (!observed) return dnsMs === undefined ? 'url' : 'dns';
  const isUnanswered = observed.status === 0;
  const isAboutTls = hasReason(error, 'CompassUntrusted', 'Rejected', 'CertificateExpired');
  if (isUnanswered && isAboutTls) return 'tls';
  if (!connection) return proxy === undefined ? 'tcp' : 'proxy';
  return observed.status === 200 && !hasReason(error, 'NotCompass') ? 'graphql' : 'http';
}

function factsOf(
  endpoint: Endpoint,
  { connection, call: observed, proxy, addresses, dnsMs }: Trace,
): Record<string, string> {
  return knownFacts({
    host: hostOf(endpoint),
    addresses,
    proxy,
    tlsVersion: connection?.tlsVersion,
    issuer: connection?.issuer,
    dnsMs: rounded(dnsMs),
    connectMs: rounded(connection?.durationMs),
    latencyMs: rounded(observed?.durationMs),
    httpStatus: observed?.status || undefined,
    clockSkewMs: rounded(observed?.clockSkewMs),
    requestId: observed?.requestId,
  });
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms);
}

function hostOf({ url }: Endpoint): string {
  return URL.canParse(url) ? new URL(url).host : 'an invalid URL';
}
