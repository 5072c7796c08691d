import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '#common/clock.ts';
import { CompassError, type Reason } from '#common/errors.ts';
import { isClusterWide, Stopped, writer } from '#common/sync/scene.ts';
import { WriteGate } from '#common/sync/write-gate.ts';
import { ManualClock } from '../../sidecar/manual-clock.ts';
import { turns } from './turns.ts';

/** A clock that is always where somebody waits for it to be, and remembers for how long they did. */
function waitingClock() {
  const waitsMs: number[] = [];
  let monotonicMs = 0;
  const sleep: Clock['sleep'] = (ms) => {
    waitsMs.push(ms);
    monotonicMs += ms;
    return Promise.resolve();
  };
  return { clock: { now: () => 0, monotonicMs: () => monotonicMs, sleep }, waitsMs };
}

/** What a write that is always throttled waits in between, and how it ends. */
async function throttled(retryAfterMs: number | undefined, random: () => number) {
  const { clock, waitsMs } = waitingClock();
  const error = new CompassError('ClusterThrottled', 'wait', { retryAfterMs });
  const write = writer(new WriteGate(clock, random), undefined);
  await assert.rejects(
    write(() => Promise.reject(error)),
    error,
  );
  return waitsMs;
}

test('a write that is throttled waits as long as it is asked to, up to half as long again, and never less', async () => {
  assert.deepEqual(await throttled(8_000, () => 0), [8_000, 8_000, 8_000, 8_000]);
  assert.deepEqual(await throttled(8_000, () => 0.5), [10_000, 10_000, 10_000, 10_000]);
  assert.deepEqual(await throttled(30_000, () => 0.999), [44_985, 44_985, 44_985, 44_985]);
  assert.deepEqual(await throttled(0, () => 0), [1_000, 1_000, 1_000, 1_000]);
});

test('a write that fails by anything else is sent once', async () => {
  let sent = 0;
  const error = new CompassError('ClusterForbidden', 'no');
  const write = writer(new WriteGate(new ManualClock(), () => 0), undefined, () => {
    sent += 1;
  });
  await assert.rejects(
    write(() => Promise.reject(error)),
    error,
  );
  assert.equal(sent, 1);
});

test('without a word on how long, the waits double', async () => {
  assert.deepEqual(await throttled(undefined, () => 0), [2_000, 4_000, 8_000, 16_000]);
});

test('a write that would have to wait longer than a round may last is not tried again in it', async () => {
  assert.deepEqual(await throttled(30_001, () => 0), []);
});

test('a write that waits while the synchronization is stopped is not sent', async () => {
  const clock = new ManualClock();
  const gate = new WriteGate(clock, () => 0, { least: 1, first: 1, most: 1 });
  const stop = new AbortController();
  const write = writer(gate, stop.signal);
  const first = Promise.withResolvers<void>();
  const sent: string[] = [];
  const answers = Promise.allSettled([
    write(() => first.promise),
    write(() => {
      sent.push('second');
      return Promise.resolve();
    }),
  ]);
  await turns();
  stop.abort();
  first.resolve();
  const [one, other] = await answers;
  assert.deepEqual([one.status, other.status, sent], ['fulfilled', 'rejected', []]);
  assert.ok(other.status === 'rejected' && other.reason instanceof Stopped);
  assert.equal(String(other.reason), 'Stopped: the synchronization was stopped');
});

test('a write that comes after the stop does not wait for its turn', async () => {
  const gate = new WriteGate(new ManualClock(), () => 0, { least: 1, first: 1, most: 1 });
  const stop = new AbortController();
  const write = writer(gate, stop.signal);
  const first = Promise.withResolvers<void>();
  const answer = write(() => first.promise);
  await turns();
  stop.abort();
  let refusal: unknown;
  const late = write(assert.fail).catch((error: unknown) => {
    refusal = error;
  });
  await turns();
  assert.ok(refusal instanceof Stopped);
  first.resolve();
  await Promise.all([answer, late]);
});

test('a stop ends what the API server asked to wait, and nothing is sent again', async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  let sent = 0;
  const write = writer(new WriteGate(clock, () => 0), stop.signal, () => {
    sent += 1;
  });
  const ended = assert.rejects(
    write(() => Promise.reject(new CompassError('ClusterThrottled', 'wait', { retryAfterMs: 5_000 }))),
    Stopped,
  );
  await turns();
  assert.equal(clock.sleepers, 1);
  stop.abort();
  await ended;
  assert.equal(sent, 1);
});

test('once a write is asked to wait for longer than a round may last, no further one is sent', async () => {
  const gate = new WriteGate(new ManualClock(), () => 0);
  const write = writer(gate, undefined);
  const error = new CompassError('ClusterThrottled', 'wait', { retryAfterMs: 60_000 });
  await assert.rejects(
    write(() => Promise.reject(error)),
    error,
  );
  await assert.rejects(write(assert.fail), error);
  // Those of the next round are.
  assert.equal(await writer(gate, undefined)(() => Promise.resolve('sent')), 'sent');
});

test('what concerns the cluster, or who may write to it, is told from what concerns one object', () => {
  const wide: Reason[] = ['ClusterUnreachable', 'ClusterUnauthorized', 'ClusterThrottled', 'NotInstalled', 'Stopping'];
  for (const reason of wide) assert.equal(isClusterWide(new CompassError(reason, 'no')), true, reason);
  const single: Reason[] = ['ClusterForbidden', 'ClusterConflict', 'ClusterNotFound', 'ClusterRefused'];
  for (const reason of single) assert.equal(isClusterWide(new CompassError(reason, 'no')), false, reason);
  assert.equal(isClusterWide(new Error('no')), false);
});
