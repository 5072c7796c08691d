import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PlanEntry, readPlan, type SyncPlan } from '#common/sync/plan-document.ts';
import { formatNames, parseNames } from '#common/sync/plan-names.ts';
import { renderPlan } from '#common/sync/plan-render.ts';

function planOf(entries: readonly PlanEntry[]): SyncPlan {
  const totals = { create: entries.length, update: 0, delete: 0, hold: 0, fail: 0, unchanged: 0 };
  return { schemaVersion: 'v1', time: '2026-01-01T00:00:00Z', listed: 0, complete: true, totals, entries };
}

const entry = (number: number, bytes: number): PlanEntry => ({
  kind: 'Application',
  name: `app-${number}`,
  action: 'create',
  after: { spec: { description: 'ü'.repeat(bytes / 2) } },
});

test('a plan that fits is written as it is, and read as it was', () => {
  const plan = planOf([entry(1, 100), entry(2, 100)]);
  assert.deepEqual(readPlan(renderPlan(plan)), plan);
});

test('where contents are too much, those that do not fit are left out, and every entry stays', () => {
  const text = renderPlan(planOf([entry(1, 1_000), entry(2, 6_000), entry(3, 1_000)]), 4_000);
  assert.ok(Buffer.byteLength(text) <= 4_000);
  const plan = readPlan(text);
  assert.deepEqual(
    plan?.entries.map(({ after, isCut }) => [after !== undefined, isCut]),
    [
      [true, undefined],
      [false, true],
      [true, undefined],
    ],
  );
  assert.deepEqual(plan?.omitted, { entries: 0, contents: 1 });
});

test('a plan of just so many bytes is whole, and an entry of just so many keeps its content', () => {
  const plan = planOf([entry(1, 1_000), entry(2, 1_000)]);
  const bytes = Buffer.byteLength(JSON.stringify(plan));
  assert.deepEqual(readPlan(renderPlan(plan, bytes)), plan);
  assert.equal(readPlan(renderPlan(plan, bytes - 1))?.omitted?.contents, 1);
  const contentsAt = (limit: number) => readPlan(renderPlan(plan, limit))?.omitted?.contents ?? 0;
  const limits = Array.from({ length: bytes }, (_, limit) => limit).filter((limit) => limit > 500);
  for (const limit of limits) assert.ok(Buffer.byteLength(renderPlan(plan, limit)) <= limit, String(limit));
  assert.deepEqual([contentsAt(600), contentsAt(1_600), contentsAt(bytes)], [2, 1, 0]);
});

test('an entry without content is never said to be cut', () => {
  const { after, ...bare } = entry(1, 10);
  const plan = readPlan(renderPlan(planOf([bare, { ...bare, before: after ?? {} }, entry(2, 4_000)]), 600));
  assert.deepEqual(
    plan?.entries.map(({ isCut }) => isCut),
    [undefined, undefined, true],
  );
});

test('where even the names are too much, the last are left out and counted', () => {
  const entries = Array.from({ length: 1_000 }, (_, number) => entry(number, 100));
  const text = renderPlan(planOf(entries), 10_000);
  assert.ok(Buffer.byteLength(text) <= 10_000);
  const plan = readPlan(text);
  assert.equal((plan?.entries.length ?? 0) + (plan?.omitted?.entries ?? 0), 1_000);
  assert.equal(plan?.totals.create, 1_000);
});

test('what is no plan is none, and an entry without an action is left out', () => {
  assert.equal(readPlan('{'), undefined);
  assert.equal(readPlan('{"schemaVersion":"v1"}'), undefined);
  const plan = { ...planOf([entry(1, 10)]), entries: [{ kind: 'Application', name: 'a' }, entry(1, 10)], new: 1 };
  assert.deepEqual(readPlan(JSON.stringify(plan)), planOf([entry(1, 10)]));
});

test('names come through a parameter as they are, with commas and percent signs', () => {
  const names = ['orders', 'a, b', '100%', '%2C'];
  assert.deepEqual(parseNames(formatNames(names)), names);
  assert.deepEqual(parseNames(undefined), []);
});
