import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import { Steps } from '../../../sidecar/connection/steps.ts';
import { ManualClock } from '../manual-clock.ts';

test('a step is busy, then done or failed, and every change is told', async () => {
  const steps = new Steps(new ManualClock());
  const told: string[] = [];
  steps.onChange = () => told.push((steps.observed ?? []).map(({ step, status }) => `${step} ${status}`).join(', '));
  steps.begin();
  await steps.during(
    'key',
    'generating',
    () => Promise.resolve(4096),
    (size) => `RSA ${size}`,
  );
  const refusal = () => Promise.reject(new CompassError('TokenRefused', 'the token was refused'));
  await assert.rejects(steps.during('configuration', 'asking', refusal, () => ''));
  assert.deepEqual(told, ['key busy', 'key ok', 'key ok, configuration busy', 'key ok, configuration error']);
  assert.equal(steps.observed?.at(-1)?.message, 'the token was refused');
});

test('a step is busy while its work is, and no other is; its result is what the work gives', async () => {
  const steps = new Steps(new ManualClock());
  assert.equal(steps.isBusy('key'), false);
  const seen = await steps.during(
    'key',
    'generating',
    () => Promise.resolve([steps.isBusy('key'), steps.isBusy('sign')]),
    () => 'done',
  );
  assert.deepEqual(seen, [true, false]);
  assert.equal(steps.isBusy('key'), false);
});

test('another pairing begins without the steps of the one before', () => {
  const steps = new Steps(new ManualClock());
  steps.ok('key', 'done');
  steps.begin();
  assert.deepEqual(steps.observed, []);
});

test('a bug in a step shows no text of its own', async () => {
  const steps = new Steps(new ManualClock());
  const bug = () => Promise.reject(new Error('a value nobody should see'));
  await assert.rejects(steps.during('sign', 'asking', bug, () => ''));
  assert.doesNotMatch(JSON.stringify(steps.observed), /nobody should see/);
});
