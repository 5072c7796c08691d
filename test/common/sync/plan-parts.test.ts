import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubeObject, SECRET } from '#common/cluster/objects.ts';
import { jsonLog } from '#common/log.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { Alterations } from '#common/sync/alterations.ts';
import { PLAN_KEY, PLAN_SCHEMA_VERSION, planTotals } from '#common/sync/plan-document.ts';
import { Drafts } from '#common/sync/plan-drafts.ts';
import { merged } from '#common/sync/plan-merge.ts';
import { formatNames, isAbout, parseNames, unchangedNames, unknownNames } from '#common/sync/plan-names.ts';

const secretRef = (name: string, namespace = 'kyma-system') => ({ kind: SECRET, namespace, name });
const secret = (name: string, size = 0): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, annotations: { filling: 'x'.repeat(size) } },
});

test('a merge patch sets, removes and nests, as RFC 7386 has it', () => {
  const cases: [target: unknown, patch: unknown, result: unknown][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c', d: 'e' } }, { a: { b: 'f', d: null } }, { a: { b: 'f' } }],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    ['text', { a: { b: null } }, { a: {} }],
    [undefined, { a: 1 }, { a: 1 }],
    [{ a: 1 }, null, null],
  ];
  for (const [target, patch, result] of cases) assert.deepEqual(merged(target, patch), result);
  const target = { a: { b: 'c' } };
  merged(target, { a: { b: 'd' }, e: 1 });
  assert.deepEqual(target, { a: { b: 'c' } }, 'the target stays as it is');
});

test('what the API server altered is expected again, exactly so, until it keeps what is written', () => {
  const lines: string[] = [];
  const write = (line: string) => {
    lines.push(line);
  };
  const alterations = new Alterations(jsonLog(write, 'info', () => 0));
  assert.equal(alterations.isExpected('one', 'wanted', 'kept'), false);
  assert.equal(alterations.isExpected('one', 'same', 'same'), true);
  alterations.record('one', 'wanted', 'kept');
  const expected = (object: string, wanted: string, kept: string) => alterations.isExpected(object, wanted, kept);
  assert.deepEqual(
    [expected('one', 'wanted', 'kept'), expected('two', 'wanted', 'kept'), expected('one', 'wanted', 'other')],
    [true, false, false],
  );
  assert.equal(expected('one', 'other', 'kept'), false);
  const copy = alterations.copy();
  copy.record('two', 'wanted', 'kept');
  assert.deepEqual([copy.isExpected('one', 'wanted', 'kept'), expected('two', 'wanted', 'kept')], [true, false]);
  alterations.record('one', 'same', 'same');
  assert.equal(lines.length, 1, 'it warns of what was altered only, and not in a copy');
  assert.equal(expected('one', 'wanted', 'kept'), false);
});

test('totals count each action, and what stays as it is; plugin and sidecar meet at one key and version', () => {
  assert.deepEqual([PLAN_KEY, PLAN_SCHEMA_VERSION], ['plan.json', 'v1']);
  const entry = (action: string) => ({ kind: 'Application', name: 'a', action });
  const entries = ['create', 'update', 'update', 'hold', 'other'].map(entry);
  assert.deepEqual(planTotals(entries, 7), { create: 1, update: 2, delete: 0, hold: 1, fail: 0, unchanged: 7 });
});

test('a draft is what was put last, of one kind, namespace and name', () => {
  const drafts = new Drafts();
  drafts.put(secretRef('one'), secret('one'), 'new');
  drafts.put(secretRef('one', 'other'), secret('one'), 'live');
  drafts.put({ kind: APPLICATION, name: 'one' }, { ...secret('one'), kind: 'Application' }, 'replacement');
  assert.deepEqual(drafts.get(secretRef('one')), { origin: 'new', object: secret('one'), isGone: false });
  assert.equal(drafts.get(secretRef('one', 'other'))?.origin, 'live');
  assert.equal(drafts.get({ kind: APPLICATION, name: 'one' })?.object?.kind, 'Application');
  assert.equal(drafts.get(secretRef('two')), undefined);
});

test('a draft that is removed is gone where the cluster had it, and as if it never was where not', () => {
  const drafts = new Drafts();
  for (const origin of ['new', 'live', 'replacement'] as const) {
    drafts.put(secretRef(origin), secret(origin), origin);
    drafts.remove(secretRef(origin));
  }
  drafts.remove(secretRef('unseen'));
  const gone = { origin: 'live', object: undefined, isGone: true };
  assert.deepEqual(
    ['new', 'live', 'replacement', 'unseen'].map((name) => drafts.get(secretRef(name))),
    [undefined, gone, gone, gone],
  );
});

test('where the drafts are too much, the oldest lose their content, and never the latest', () => {
  const size = JSON.stringify(secret('a', 1_000)).length;
  const drafts = new Drafts(2 * size);
  const isWhole = (...names: readonly string[]) =>
    names.map((name) => drafts.get(secretRef(name))?.object !== undefined);
  for (const name of ['a', 'b']) drafts.put(secretRef(name), secret(name, 1_000), 'replacement');
  assert.deepEqual(isWhole('a', 'b'), [true, true], 'just so many fit');
  drafts.put(secretRef('c'), secret('c', 1_000), 'new');
  assert.deepEqual(isWhole('a', 'b', 'c'), [false, true, true]);
  assert.deepEqual(drafts.get(secretRef('a')), { origin: 'replacement', object: undefined, isGone: false });
  drafts.put(secretRef('b'), secret('b', 1_000), 'live');
  assert.deepEqual(isWhole('b', 'c'), [true, true], 'one that is put again does not count twice');
  drafts.remove(secretRef('b'));
  drafts.put(secretRef('d'), secret('d', 1_000), 'new');
  assert.deepEqual(isWhole('c', 'd'), [true, true], 'one that is removed counts no more');
  drafts.put(secretRef('e'), secret('e', 9_000), 'new');
  assert.deepEqual(isWhole('c', 'd', 'e'), [false, false, true]);
});

test('a draft that is put again is the latest', () => {
  const size = JSON.stringify(secret('a', 1_000)).length;
  const drafts = new Drafts(2 * size);
  for (const name of ['a', 'b', 'a', 'c']) drafts.put(secretRef(name), secret(name, 1_000), 'new');
  assert.deepEqual(
    ['a', 'b', 'c'].map((name) => drafts.get(secretRef(name))?.object !== undefined),
    [true, false, true],
  );
});

test('names with commas and percent signs come through, empty ones do not', () => {
  assert.equal(formatNames(['a,b', '50%', 'c']), 'a%2Cb,50%25,c');
  assert.deepEqual(parseNames('a%2cb,,50%25,c'), ['a,b', '50%', 'c']);
  assert.deepEqual(parseNames(''), []);
});

/** As much of a round's result as names are looked up in. */
function resultOf(listed: readonly string[], present: readonly string[]) {
  const heads = new Map(listed.map((name, at) => [`i${at}`, name]));
  const scene = { present: { application: (name: string) => (present.includes(name) ? {} : undefined) } };
  return { judged: { listing: { heads } }, round: { scene } } as never;
}

test('an entry is about the names of its object, of its Application, and of the listing', () => {
  const entry = { kind: 'Secret', name: 'orders-b1', application: 'orders', listedAs: 'Orders', action: 'update' };
  for (const names of [[], ['orders-b1'], ['orders'], ['x', 'Orders']]) assert.equal(isAbout(entry, names), true);
  assert.equal(isAbout(entry, ['x']), false);
  assert.equal(isAbout({ kind: 'Application', name: 'a', action: 'create' }, ['x']), false);
});

test('a name is unknown that nobody has, and unchanged that is listed and has no entry', () => {
  const entries = ['changed', 'created'].map((name) => ({ kind: 'Application', name, action: 'update' }));
  const result = resultOf(['listed', 'changed'], ['present']);
  const names = ['listed', 'present', 'changed', 'nobody'];
  assert.deepEqual(unknownNames(names, entries, result), ['nobody']);
  assert.deepEqual(unchangedNames(names, entries, result), ['listed']);
  const unlisted = { ...(resultOf([], []) as object), judged: undefined } as never;
  assert.deepEqual(unknownNames(names, entries, unlisted), ['listed', 'present', 'nobody']);
  assert.deepEqual(unchangedNames(names, entries, unlisted), []);
});
