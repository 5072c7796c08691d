import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError, type CompassErrorOptions, type Reason } from '#common/errors.ts';
import { DocumentStore, type LastingWrite } from '../../../sidecar/connection/document-store.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import type { SecretDocument } from '../../../sidecar/connection/secret-document.ts';
import { until } from '../../cluster/until.ts';
import { ManualClock } from '../manual-clock.ts';

const failure = (reason: Reason, options: CompassErrorOptions = {}) => new CompassError(reason, 'no', options);

/** A document in memory, what is wrong with the way to it, and a store on this side of that. */
function start() {
  const there = memoryDocument<string>();
  const way: { reads: number; failing: unknown[] } = { reads: 0, failing: [] };
  /** Fails with the next error there is; an `undefined` lets one pass. */
  const pass = <T>(work: () => Promise<T>): Promise<T> => {
    const error = way.failing.shift();
    return error === undefined ? work() : Promise.reject(error);
  };
  const document: SecretDocument<string> = {
    read() {
      way.reads += 1;
      return there.read();
    },
    write: async (value, previous) => {
      if (previous && !(await there.read())) throw failure('ClusterNotFound');
      return pass(() => there.write(value, previous));
    },
    remove: (previous) => pass(() => there.remove(previous)),
    tryWrite: () => pass(() => there.tryWrite()),
  };
  const stored = async () => (await there.read())?.value;
  return { store: new DocumentStore(document), there, way, stored };
}

test('a document is read once, and again where somebody else may have written it', async () => {
  const { store, there, way } = start();
  assert.deepEqual([store.value, store.isFound], [undefined, false]);
  await there.write('one', undefined);
  assert.equal(store.value, undefined);
  assert.deepEqual([await store.load(), await store.load(), store.value, store.isFound], ['one', 'one', 'one', true]);
  assert.equal(way.reads, 1);
  await there.write('two', undefined);
  store.forget();
  assert.deepEqual([store.value, await store.load(), way.reads], ['one', 'two', 2]);
});

test('what this process wrote is not found, and what it reads anew is', async () => {
  const { store } = start();
  await store.write('one');
  assert.deepEqual([store.value, store.isFound], ['one', false]);
  store.forget();
  await store.load();
  assert.equal(store.isFound, true);
});

test('a document that somebody deleted is written back, once', async () => {
  const { store, there, way, stored } = start();
  await store.write('one');
  await there.remove(undefined);
  await store.write('two');
  assert.equal(await stored(), 'two');
  way.failing = [failure('ClusterNotFound'), failure('ClusterNotFound')];
  await assert.rejects(store.write('three'), failure('ClusterNotFound'));
  assert.deepEqual([await stored(), way.failing], ['two', []]);
});

test('a place that is not there, and a write that is refused, are told', async () => {
  const { store, way, stored } = start();
  way.failing = [failure('ClusterNotFound'), failure('ClusterForbidden')];
  await assert.rejects(store.write('one'), failure('ClusterNotFound'));
  assert.equal(way.failing.length, 1, 'it was tried a second time');
  await store.write('one').catch(() => undefined);
  await store.write('one');
  way.failing = [failure('ClusterForbidden')];
  await assert.rejects(store.write('two'), failure('ClusterForbidden'));
  assert.deepEqual([await stored(), way.failing.length], ['one', 0]);
});

for (const [what, error, isReadAnew] of [
  ['a conflict', failure('ClusterConflict'), true],
  ['a document that is there already', failure('ClusterAlreadyExists'), true],
  ['an answer that was lost', failure('ClusterUnreachable', { maybeDone: true }), true],
  ['a way that is broken', failure('ClusterUnreachable'), false],
  ['a refusal', failure('ClusterRefused'), false],
  ['what is no error of the cluster', new Error('out of memory'), false],
] as const) {
  test(`after ${what} the document is ${isReadAnew ? 'read anew' : 'what it was'}`, async () => {
    const { store, there, way } = start();
    await store.load();
    way.failing = [error];
    await assert.rejects(store.write('one'), error);
    await there.write('of another', undefined);
    assert.equal(await store.load(), isReadAnew ? 'of another' : undefined);
  });
}

test('a document is removed, and read anew where that failed', async () => {
  const { store, there, way, stored } = start();
  await there.write('one', undefined);
  way.failing = [failure('ClusterConflict')];
  await assert.rejects(store.remove(), failure('ClusterConflict'));
  await there.write('two', undefined);
  assert.equal(await store.load(), 'two');
  await store.remove();
  assert.deepEqual([await stored(), store.value, await store.load(), way.reads], [undefined, undefined, undefined, 2]);
});

/** Writes at last; what was told of each failure, and a clock to sleep by. */
function lasting(parts: Partial<LastingWrite<string>> = {}) {
  const clock = new ManualClock();
  const told: string[] = [];
  const write: LastingWrite<string> = {
    clock,
    isOwn: () => true,
    isOfUse: () => true,
    onFailure: ({ reason }) => {
      told.push(reason);
      return Promise.resolve();
    },
    ...parts,
  };
  const asleep = () => until('it sleeps', () => Promise.resolve(clock.sleepers > 0));
  return { clock, told, write, asleep };
}

test('what cannot be had again is tried until it is stored, with growing waits of half a second to ten', async () => {
  const { store, way, stored } = start();
  const { clock, told, write, asleep } = lasting();
  way.failing = Array.from({ length: 8 }, () => failure('ClusterUnreachable'));
  const running = store.writeAtLast('one', write);
  await asleep();
  clock.advance(249);
  assert.deepEqual([told.length, clock.sleepers], [1, 1]);
  clock.advance(251);
  for (let tries = 2; tries <= 8; tries += 1) {
    await until('it fails again', () => Promise.resolve(told.length === tries));
    await asleep();
    clock.advance(10_000);
  }
  assert.equal(await running, true);
  assert.equal(await stored(), 'one');
  assert.deepEqual(new Set(told), new Set(['ClusterUnreachable']));
});

test('what is of no use any more is not stored, nor over what somebody else has put there', async () => {
  const { store, there, stored, way } = start();
  assert.equal(await store.writeAtLast('one', lasting({ isOfUse: () => false }).write), false);
  assert.deepEqual([await stored(), way.reads], [undefined, 0]);
  await there.write('of another', undefined);
  assert.equal(await store.writeAtLast('one', lasting({ isOwn: (value) => value === 'own' }).write), false);
  assert.equal(await stored(), 'of another');
});

test('what cannot be had again is stored where nothing is, unless that is somebody’s doing', async () => {
  for (const [mayBeFirst, isStored] of [
    [undefined, true],
    [() => Promise.resolve(true), true],
    [() => Promise.resolve(false), false],
  ] as const) {
    const { store, stored } = start();
    const { write } = lasting({ isOwn: () => false, ...(mayBeFirst ? { mayBeFirst } : {}) });
    assert.equal(await store.writeAtLast('one', write), isStored);
    assert.equal(await stored(), isStored ? 'one' : undefined);
  }
});

test('what somebody else has made of it meanwhile decides at once, and not again and again', async () => {
  const { store, there, way } = start();
  await store.load();
  const { clock, told, write, asleep } = lasting({ isOwn: (value) => value !== 'of another' });
  way.failing = [failure('ClusterConflict')];
  await there.write('own', undefined);
  assert.equal(await store.writeAtLast('one', write), true);
  assert.deepEqual([told, clock.sleepers], [['ClusterConflict'], 0]);
  way.failing = [failure('ClusterConflict'), failure('ClusterConflict')];
  const running = store.writeAtLast('two', write);
  await asleep();
  await there.write('of another', undefined);
  clock.advance(10_000);
  assert.equal(await running, false);
});

test('a document that was deleted meanwhile is read anew before it is written back', async () => {
  const { store, there, way } = start();
  await store.write('one');
  const { clock, told, write } = lasting({ mayBeFirst: () => Promise.resolve(false) });
  way.failing = [failure('ClusterNotFound')];
  await there.remove(undefined);
  assert.equal(await store.writeAtLast('two', write), false);
  assert.deepEqual([told, clock.sleepers], [['ClusterNotFound'], 0]);
});

test('a place that is out of reach is not asked for what is known already', async () => {
  const { store, way, stored } = start();
  await store.write('one');
  const { reads } = way;
  const { clock, write, asleep } = lasting();
  way.failing = [failure('ClusterUnreachable')];
  const running = store.writeAtLast('two', write);
  await asleep();
  clock.advance(1_000);
  assert.equal(await running, true);
  assert.deepEqual([await stored(), way.reads], ['two', reads]);
});

test('what is no error of the cluster ends it', async () => {
  const { store, way } = start();
  const { told, write } = lasting();
  way.failing = [new Error('out of memory')];
  await assert.rejects(store.writeAtLast('one', write), /out of memory/);
  assert.deepEqual(told, []);
});
