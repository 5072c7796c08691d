import { PROBE, RUNTIME_IDENTITY } from '../compass/documents.ts';
import type { Endpoint } from '../compass/endpoint.ts';
import { type CompassError, hasReason, reasonOf } from '../errors.ts';
import type { Finding } from './finding.ts';
import { type GoOptions, goTo, stageOf, type Trace, traceFacts } from './trace.ts';

/** An answer that takes longer is worth a warning: calls with a token have a minute or two, people have less. */
const SLOW_MS = 5_000;

export interface WayOptions extends GoOptions {
  /** More facts about what is presented: the keyed fingerprint of the certificate. */
  readonly facts?: Readonly<Record<string, string>>;
}

/**
 * Goes the whole way to an endpoint: name, TCP, proxy, TLS, HTTP, and a GraphQL `{ __typename }` without token or side
 * effect, on a connection of its own. Never throws. Without a credential, a server that wants a certificate is a way that
 * is fine: only the sidecar has the key.
 */
export async function checkReach(endpoint: Endpoint, options: WayOptions): Promise<Finding> {
  const trace: Trace = {};
  const base = { category: endpoint.target === 'director' ? 'director' : 'connector', name: 'reach' } as const;
  const error = await goTo(endpoint, PROBE, options, trace);
  const facts = { ...traceFacts(endpoint, trace), ...options.facts };
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
  const error = await goTo(endpoint, operation, options, trace, ({ data }) => {
    known = data['runtime'];
  });
  const facts = { ...traceFacts(endpoint, trace), ...options.facts };
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
