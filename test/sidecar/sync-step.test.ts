import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import type { Synchronizer, SyncRequest } from '#common/sync/synchronize.ts';
import { readConfig } from '../../sidecar/config.ts';
import type { Connection } from '../../sidecar/connection/maintain.ts';
import { freshState } from '../../sidecar/connection/state.ts';
import { LabelsStep } from '../../sidecar/labels-step.ts';
import { SyncStep, type SyncStepOptions } from '../../sidecar/sync-step.ts';
import { ManualClock } from './manual-clock.ts';

const { config } = readConfig({ POD_NAMESPACE: 'compass-system' });
const connection = { runtimeId: 'runtime', urls: { director: '', connector: '' } } as Connection;
const refusal = new CompassError('CompassThrottled', 'the rate limit is reached');

/** A step whose listings and looks at labels go as `listing` and `labels` say. */
function start({ random = 0 } = {}) {
  const clock = new ManualClock();
  const goes: { listing?: CompassError | undefined; labels?: CompassError | undefined } = {};
  const done = { listings: 0, labels: 0, anew: 0, suspended: [] as (boolean | undefined)[] };
  const run = ({ deletionsSuspended }: SyncRequest) => {
    done.listings += 1;
    done.suspended.push(deletionsSuspended);
    const { listing: error } = goes;
    return Promise.resolve({ fetch: { ok: !error, error }, kept: {}, failed: [] } as unknown as SyncOutcome);
  };
  const report = () => {
    done.labels += 1;
    return goes.labels ? Promise.reject(goes.labels) : Promise.resolve([]);
  };
  const options = { clock, log: silentLog, random: () => random };
  const state = { value: freshState() } as unknown as SyncStepOptions['state'];
  const labels = new LabelsStep({ ...options, config, report });
  const confirmAnew = () => {
    done.anew += 1;
  };
  const forget = () => undefined;
  const synchronizer = { run, confirmAnew, forget } as unknown as Synchronizer;
  const { signal: stopping } = new AbortController();
  const step = new SyncStep({ ...options, synchronizer, config, labels, state, stopping });
  const pass = (isAskedFor = false) => {
    step.beginPass();
    return step.run(connection, isAskedFor, stopping);
  };
  /** What comes of so many seconds of passes, one a second. */
  const seconds = async (count: number, isAskedFor = false) => {
    for (let second = 0; second < count; second++) {
      await pass(isAskedFor);
      clock.advance(1_000);
    }
  };
  return { clock, goes, done, step, pass, seconds };
}

test('R9: what is asked for every second is synchronized every 10 seconds', async () => {
  const { seconds, done } = start();
  await seconds(60, true);
  assert.equal(done.listings, 6);
});

test('R9: what is asked for in the minimal time after a synchronization is told when it comes', async () => {
  const { step, pass, clock } = start();
  assert.equal(await pass(), true);
  clock.advance(4_000);
  assert.equal(await pass(true), false);
  assert.equal(step.askedInMs, 6_000);
  clock.advance(6_000);
  assert.equal(await pass(true), true);
});

test('periods are never shorter than the setting, and a tenth longer at most', async () => {
  for (const random of [0, 0.999]) {
    const { step, pass } = start({ random });
    await pass();
    assert.ok(step.dueInMs >= 60_000 && step.dueInMs <= 66_000, `${step.dueInMs}`);
  }
});

test('a 429 waits a period at least, and the periods after it are longer, for a while', async () => {
  const { step, goes, pass, clock } = start();
  goes.listing = refusal;
  await pass();
  assert.equal(step.dueInMs, 60_000);
  goes.listing = undefined;
  const periods: number[] = [];
  for (let round = 0; round < 5; round++) {
    clock.advance(step.dueInMs);
    await pass();
    periods.push(step.dueInMs);
  }
  assert.deepEqual(periods.map(Math.round), [96_000, 76_800, 61_440, 60_000, 60_000]);
});

test('however often Compass refuses, periods stay within 5 minutes', async () => {
  const { step, goes, pass, clock } = start({ random: 1 });
  goes.listing = refusal;
  for (let round = 0; round < 10; round++) {
    await pass();
    assert.ok(step.dueInMs <= 300_000, `${step.dueInMs}`);
    clock.advance(step.dueInMs);
  }
  goes.listing = undefined;
  await pass();
  assert.ok(step.dueInMs < 300_000, `${step.dueInMs}`);
});

test('where another call meets the rate limit the listing waits as well', async () => {
  const { step, done, seconds } = start();
  step.holdBack(refusal);
  await seconds(60);
  assert.equal(done.listings, 0);
  await seconds(1);
  assert.equal(done.listings, 1);
});

test('labels are looked at every twentieth round, and after a failure with back-off', async () => {
  const { goes, done, seconds } = start();
  await seconds(1_000);
  assert.equal(done.labels, 1);
  await seconds(200);
  assert.equal(done.labels, 2);
  goes.labels = new CompassError('LabelsFailed', 'no scope');
  await seconds(3_600);
  const failing = done.labels;
  assert.ok(failing > 3);
  goes.labels = undefined;
  await seconds(600);
  assert.equal(done.labels, failing + 1);
});

test('labels that meet the rate limit slow the listings down', async () => {
  const { step, goes, pass } = start();
  goes.labels = new CompassError('LabelsFailed', 'not read', { cause: refusal });
  await pass();
  assert.equal(step.dueInMs, 120_000);
});

test('while something is suspended nothing is deleted, and the end of it is due at once and confirms anew', async () => {
  const { step, done, pass } = start();
  const suspension = { scope: 'deletes', since: 0, request: 'one' } as const;
  await pass();
  step.noteSuspension(suspension);
  step.noteSuspension(suspension);
  await pass(true);
  assert.ok(step.dueInMs > 0);
  assert.equal(done.anew, 0);
  step.noteSuspension(undefined);
  step.noteSuspension(undefined);
  assert.equal(done.anew, 1);
  assert.equal(step.dueInMs, step.askedInMs);
});

test('a synchronization says what it was made for', async () => {
  const { step, pass, clock } = start();
  const whys: unknown[] = [];
  const next = async (isAskedFor = false) => {
    clock.advance(600_000);
    await pass(isAskedFor);
    whys.push(step.sync.why);
  };
  await next();
  await next();
  await next(true);
  step.hurry('paired');
  await next();
  step.noteSuspension({ scope: 'all', since: 0, request: 'one' });
  step.noteSuspension(undefined);
  await next();
  step.leadAnew();
  await next();
  await next();
  assert.deepEqual(whys, ['start', 'schedule', 'request', 'paired', 'resumed', 'takeover', 'schedule']);
});
