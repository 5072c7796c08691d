import assert from 'node:assert/strict';
import type { Chronicle, CompassRequest } from './chronicle.ts';

/** In the sidecar's time. */
const WINDOW_MS = 10_000;

/**
 * A back-off waits at least half of its first second, whatever the jitter: no operation fails more often in ten seconds, but
 * that what people change begins it anew.
 */
const MOST_FAILURES = 25;

/** Of one token, over all starts. */
const MOST_TRIES = 20;

/** I9: what fails is not asked for without a pause. */
export function checkPace({ requests, isClockKnown, lines }: Chronicle): void {
  const starts = Math.max(1, lines.filter(({ msg }) => msg === 'started').length);
  for (const [operation, times] of failuresOf(requests, isClockKnown)) {
    const most = mostWithin(times);
    assert.ok(most <= MOST_FAILURES * starts, `I9: ${operation} failed ${most} times in ${WINDOW_MS} ms`);
  }
  const tries = Map.groupBy(
    requests.filter(({ request }) => request.tokenHash !== null && request.rootFields.includes('configuration')),
    ({ request }) => request.tokenHash,
  );
  for (const [token, { length }] of tries)
    assert.ok(length <= MOST_TRIES, `I9: ${length} tries of the token ${token}…`);
}

function failuresOf(requests: readonly CompassRequest[], isClockKnown: boolean): ReadonlyMap<string, number[]> {
  const failed = requests.filter(({ request }) => request.outcome !== 'ok' && request.outcome !== 'pending');
  const byOperation = Map.groupBy(failed, ({ request }) => `${request.target} ${request.rootFields.join(' ')}`);
  const timeOf = ({ begun }: CompassRequest) => (isClockKnown ? begun.clockMs : begun.atMs);
  return new Map([...byOperation].map(([operation, all]) => [operation, all.map(timeOf)]));
}

/** The most that lie within a window. */
function mostWithin(times: readonly number[]): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at - from < WINDOW_MS).length));
}
