import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Clock, systemClock } from '../clock.ts';
import type { Endpoint, ObservedCall, ObservedConnection, Transport } from '../compass/endpoint.ts';
import { type Answer, type Call, call } from '../compass/graphql.ts';
import { bareHost, proxyFor } from '../compass/proxy.ts';
import { CompassError, hasReason } from '../errors.ts';
import { knownFacts } from './finding.ts';

/** How long one check of the way may take, name to last byte. */
const WAY_TIMEOUT_MS = 10_000;

export interface GoOptions {
  readonly transport: Transport;
  readonly timeoutMs?: number;
}

/** What the way was seen to be, as far as it was gone. */
export interface Trace {
  addresses?: string;
  dnsMs?: number;
  proxy?: string | undefined;
  connection?: ObservedConnection;
  call?: ObservedCall;
}

/** Makes a call on a connection of its own, and writes down how far it came; gives the error that it ended with. */
export async function goTo(
  endpoint: Endpoint,
  operation: Call,
  { transport, timeoutMs = WAY_TIMEOUT_MS }: GoOptions,
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

/** How far the way was gone: `url`, `dns`, `proxy`, `tcp`, `tls`, `http` or `graphql`. */
export function stageOf(error: CompassError, { proxy, connection, call: observed, dnsMs }: Trace): string {
  if (!observed) return dnsMs === undefined ? 'url' : 'dns';
  const isUnanswered = observed.status === 0;
  const isAboutTls = hasReason(error, 'CompassUntrusted', 'Rejected', 'CertificateExpired');
  if (isUnanswered && isAboutTls) return 'tls';
  if (!connection) return proxy === undefined ? 'tcp' : 'proxy';
  return observed.status === 200 && !hasReason(error, 'NotCompass') ? 'graphql' : 'http';
}

/** The trace as facts of a finding. */
export function traceFacts(
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
