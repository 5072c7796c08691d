import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Applied } from '#common/sync/apply.ts';
import type { Desired } from '#common/sync/desired.ts';
import { MOST_CHANGES } from '#common/sync/outcome.ts';
import type { PresentApplication } from '#common/sync/present.ts';
import type { Problem } from '#common/sync/problem.ts';
import { Tally } from '#common/sync/tally.ts';
import { presentApplication } from './samples.ts';

const NOW = 1_700_000_000_000;
const METADATA = { authentication: { clientIds: [] } };
const ODD: Problem = { reason: 'UnknownCredential', message: 'its credentials are of an unknown type' };

interface Settling {
  readonly action?: Applied['action'];
  readonly secrets?: Applied['secrets'];
  readonly problem?: Problem;
  readonly from?: readonly string[];
  readonly record?: Partial<PresentApplication>;
}

/** An Application of that name, whose id is `id-` and the name, was brought to what is listed. */
function settle(
  tally: Tally,
  name: string,
  { action = 'unchanged', secrets = [], problem, from = [], record: of = {} }: Settling = {},
): void {
  const id = `id-${name}`;
  const spec = { description: '', skipVerify: false, labels: {}, services: [], compassMetadata: METADATA };
  const desired: Desired = { id, name, spec, secrets: [], kept: [], problem };
  const record = { ...presentApplication(name, id), ...of };
  tally.settle(desired, { record, action, secrets }, 'a cause', from);
}

const newTally = () => new Tally(() => NOW);
const counts = ({ settledCount, inSync, created, updated, failed }: Tally) => ({
  ...{ settledCount, inSync, created: [...created], updated: [...updated] },
  failed: failed.map(({ name, reason }) => [name, reason]),
});
const NOTHING = { settledCount: 0, inSync: 0, created: [], updated: [], failed: [] };

test('what was brought to what is listed is settled, and in sync unless something is to be said of it', () => {
  const tally = newTally();
  assert.deepEqual(counts(tally), NOTHING);
  settle(tally, 'made', { action: 'created' });
  settle(tally, 'changed', { action: 'updated' });
  settle(tally, 'same');
  settle(tally, 'odd', { problem: ODD });
  tally.takeAsBefore('as-before');
  assert.deepEqual(counts(tally), {
    ...{ settledCount: 5, inSync: 4, created: ['made'], updated: ['changed'] },
    failed: [['odd', ODD.reason]],
  });
  for (const name of ['made', 'changed', 'same', 'odd', 'as-before']) assert.ok(tally.isSettled(name), name);
  assert.equal(tally.isSettled('another'), false);
  assert.deepEqual(
    ['same', 'as-before', 'another'].map((name) => tally.isPlain(name)),
    [true, true, false],
  );
});

test('what is not marked as ours, or is on its way out, is settled, but has to be looked at', () => {
  const tally = newTally();
  settle(tally, 'unmarked', { record: { ownership: 'unmarked' } });
  settle(tally, 'terminating', { record: { isTerminating: true } });
  assert.deepEqual([tally.settledCount, tally.isPlain('unmarked'), tally.isPlain('terminating')], [2, false, false]);
});

test('an Application is settled once, whether it was looked at or not', () => {
  const tally = newTally();
  settle(tally, 'orders');
  tally.takeAsBefore('orders');
  assert.deepEqual([tally.settledCount, tally.isPlain('orders')], [1, true]);
  settle(tally, 'orders', { record: { isTerminating: true } });
  assert.deepEqual([tally.settledCount, tally.isPlain('orders')], [1, false]);
});

test('one that was made in this round is new, however often it is written, and one that was renamed is not', () => {
  const tally = newTally();
  settle(tally, 'made', { action: 'created' });
  settle(tally, 'made', { action: 'updated' });
  settle(tally, 'now', { action: 'created', from: ['before'] });
  assert.deepEqual([[...tally.created], [...tally.updated]], [['made'], ['now']]);
});

test('a failure is told once for each id, and each for those without one', () => {
  const tally = newTally();
  const odd = { reason: 'InvalidApplication', message: 'unusable' } as const;
  tally.fail({ id: 'i1', name: 'orders' }, ODD);
  tally.fail({ id: 'i1', name: 'orders' }, odd);
  tally.fail({ id: 'i2', name: undefined }, odd);
  for (let time = 0; time < 2; time += 1) tally.fail({ id: undefined, name: undefined }, odd);
  tally.fail({ id: undefined, name: 'without-id' }, ODD);
  assert.deepEqual(tally.failed, [
    { id: 'i1', name: 'orders', ...odd },
    { id: 'i2', name: '', ...odd },
    { id: '', name: '', ...odd },
    { id: '', name: '', ...odd },
    { id: '', name: 'without-id', ...ODD },
  ]);
});

test('a listing that is begun anew counts its Applications anew, but not what was written', () => {
  const tally = newTally();
  settle(tally, 'made', { action: 'created' });
  settle(tally, 'odd', { problem: ODD });
  tally.takeAsBefore('as-before');
  tally.fail({ id: undefined, name: undefined }, ODD);
  tally.claim('orders-1', 'i1');
  tally.change('Application', 'gone', 'deleted', 'no longer listed');
  tally.beginListing();
  assert.deepEqual(counts(tally), { ...NOTHING, created: ['made'] });
  assert.deepEqual([tally.wanted.size, tally.isSettled('made'), tally.isPlain('as-before')], [0, false, false]);
  assert.deepEqual([[...tally.deleted], tally.changes.length], [['gone'], 2]);
  settle(tally, 'odd');
  assert.equal(tally.inSync, 1);
});

test('a Secret is that of whoever claims it first', () => {
  const tally = newTally();
  assert.deepEqual([tally.claim('orders-1', 'i1'), tally.claim('orders-1', 'i2')], [true, false]);
  assert.deepEqual([tally.claim('orders-1', 'i1'), tally.claim('orders-2', 'i2')], [true, true]);
  assert.deepEqual(
    [...tally.wanted],
    [
      ['orders-1', 'i1'],
      ['orders-2', 'i2'],
    ],
  );
});

test('each change is told with its time and cause, the Secrets of an Application before it', () => {
  const tally = newTally();
  const secrets = [
    { name: 'orders-1', action: 'created' },
    { name: 'orders-2', action: 'updated' },
  ] as const;
  settle(tally, 'orders', { action: 'created', secrets });
  settle(tally, 'same');
  settle(tally, 'now', { action: 'created', from: ['before'] });
  settle(tally, 'orders', { action: 'updated' });
  const of = { time: NOW, cause: 'of Application orders', application: 'orders' };
  const own = { time: NOW, kind: 'Application', cause: 'a cause' };
  assert.deepEqual(tally.changes, [
    { ...of, kind: 'Secret', name: 'orders-1', action: 'created' },
    { ...of, kind: 'Secret', name: 'orders-2', action: 'updated' },
    { ...own, name: 'orders', action: 'created' },
    { ...own, name: 'now', action: 'renamed' },
    { ...own, name: 'orders', action: 'updated' },
  ]);
});

test('what was deleted is counted by its kind, and what was written is not', () => {
  const tally = newTally();
  tally.change('Application', 'orders', 'deleted', 'no longer listed');
  tally.change('Secret', 'orders-1', 'deleted', 'nothing refers to it');
  tally.change('Secret', 'orders-2', 'deleted', 'nothing refers to it');
  tally.change('Secret', 'stock-1', 'created', 'new');
  assert.deepEqual([[...tally.deleted], tally.deletedSecrets, tally.changes.length], [['orders'], 2, 4]);
});

test('of many changes the last ones are told, however many there are', () => {
  for (const count of [MOST_CHANGES, MOST_CHANGES + 1, 2 * MOST_CHANGES, 2 * MOST_CHANGES + 1, 7 * MOST_CHANGES + 3]) {
    const tally = newTally();
    for (let at = 0; at < count; at += 1) tally.change('Application', `app-${at}`, 'updated', 'a cause');
    const names = tally.changes.map(({ name }) => name);
    assert.deepEqual(
      names,
      Array.from({ length: MOST_CHANGES }, (_, at) => `app-${count - MOST_CHANGES + at}`),
    );
  }
});
