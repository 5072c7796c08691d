import { formatDuration } from '../duration.ts';
import type { Finding } from './finding.ts';

/** Further off than this, dates of certificates are judged wrongly. */
export const SKEW_WARNED_MS = 5 * 60_000;

/** Judges this machine's clock by what the answers of Compass said (their `Date`), the further one of them. */
export function checkClock(reached: readonly Finding[]): Finding {
  const base = { category: 'connector', name: 'clock' } as const;
  const skews = reached.map(({ facts }) => Number(facts?.['clockSkewMs'])).filter(Number.isFinite);
  if (skews.length === 0) return { ...base, status: 'skipped', message: 'no answer that says what time it is there' };
  const skewMs = skews.toSorted((a, b) => Math.abs(b) - Math.abs(a))[0] ?? 0;
  const facts = { clockSkewMs: String(skewMs) };
  const off = Math.abs(skewMs);
  if (off <= SKEW_WARNED_MS) return { ...base, status: 'ok', message: `clock ${seconds(off)}s off`, facts };
  const direction = skewMs > 0 ? 'behind' : 'ahead of';
  const message = `the clock here is ${formatDuration(off)} ${direction} that of Compass`;
  return { ...base, status: 'warning', reason: 'ClockSkew', message, facts };
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
