import { SKEW_WARNED_MS } from '#common/checks/clock.ts';
import { probe } from '#common/compass/connector.ts';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { compassTransport } from '../compass/transport.ts';
import { formatSeconds } from './seconds.ts';

/** The way from this machine to the Connector, as it was found: the cluster's own way may be another. */
export interface Reach {
  readonly ok: boolean;
  readonly host: string;
  readonly port: number;
  /** `TLSv1.3`. */
  readonly tlsVersion?: string | undefined;
  readonly proxy?: string | undefined;
  readonly latencyMs?: number | undefined;
  /** The Connector's clock less ours. */
  readonly clockSkewMs?: number | undefined;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

/** Longer than a way that works takes. */
const LONGEST_MS = 10_000;

/** Tries the way with a query that has no effect and without the token, and shows it as a step; never throws for the way. */
export async function tryReach(
  invocation: Pick<Invocation, 'flags' | 'env' | 'clock' | 'interrupted' | 'hint' | 'progress'>,
  url: string,
): Promise<Reach> {
  const { progress } = invocation;
  const { host, port } = { host: new URL(url).hostname, port: Number(new URL(url).port || 443) };
  progress.busy('reach', `${host} ${port}`);
  const seen = await measure(invocation, url);
  const reach = { host, port, ...seen };
  const isSkewed = Math.abs(reach.clockSkewMs ?? 0) > SKEW_WARNED_MS;
  progress.step(reach.ok && !isSkewed ? 'ok' : 'warning', 'reach', describeReach(reach));
  return reach;
}

function describeReach({ ok, host, port, tlsVersion, proxy, latencyMs, clockSkewMs, message = '' }: Reach): string {
  if (!ok) return `not from here: ${message}; the way from the cluster may be another`;
  const facts = [
    `${host} ${port} ${tlsVersion?.replace('TLSv', 'TLS') ?? 'TLS'}`,
    ...(proxy === undefined ? [] : [`by the proxy ${proxy}`]),
    `${Math.round(latencyMs ?? 0)}ms`,
    ...(clockSkewMs === undefined ? [] : [`clock skew ${formatSeconds(Math.abs(clockSkewMs))}`]),
  ];
  return facts.join(', ');
}

async function measure(
  invocation: Pick<Invocation, 'flags' | 'env' | 'clock' | 'interrupted' | 'hint'>,
  url: string,
): Promise<Omit<Reach, 'host' | 'port'>> {
  const { clock, interrupted } = invocation;
  const facts: { tlsVersion?: string; proxy?: string; clockSkewMs?: number; latencyMs?: number } = {};
  const ended = new AbortController();
  const deadline = clock.sleep(LONGEST_MS, ended.signal).then(() => ended.abort());
  const startedMs = clock.monotonicMs();
  try {
    const transport = await compassTransport(invocation);
    await probe(
      { url, target: 'connector', signal: AbortSignal.any([interrupted, ended.signal]) },
      {
        ...transport,
        observe: ({ clockSkewMs }) => assignPresent(facts, { clockSkewMs }),
        observeConnection: ({ tlsVersion, proxy }) => assignPresent(facts, { tlsVersion, proxy }),
      },
    );
    return { ok: true, ...facts, latencyMs: Math.round(clock.monotonicMs() - startedMs) };
  } catch (error) {
    if (!(error instanceof CompassError) || ['Usage', 'InvalidSetting'].includes(error.reason)) throw error;
    if (error.reason !== 'Stopping') return { ok: false, ...facts, reason: error.reason, message: error.message };
    return { ok: false, ...facts, reason: 'CompassTimeout', message: `no answer within ${LONGEST_MS / 1_000} s` };
  } finally {
    ended.abort();
    await deadline;
  }
}

function assignPresent(facts: object, seen: object): void {
  for (const [key, value] of Object.entries(seen)) if (value !== undefined) Object.assign(facts, { [key]: value });
}
