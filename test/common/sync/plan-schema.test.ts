import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PlanEntry, readPlan, type SyncPlan } from '#common/sync/plan-document.ts';

const WHOLE = {
  schemaVersion: 'v1',
  time: '2026-01-01T00:00:00Z',
  request: 'r1',
  listed: 2,
  complete: false,
  incompleteBecause: '2 listed of 3 counted',
  totals: { create: 1, update: 2, delete: 3, hold: 4, fail: 5, unchanged: 6 },
  entries: [
    {
      ...{ kind: 'Secret', name: 'orders-b1', namespace: 'kyma-system', application: 'orders', listedAs: 'Orders' },
      ...{ action: 'hold', reason: 'Unconfirmed', message: 'waits' },
      ...{ before: { spec: { description: 'one' } }, after: { spec: { services: [{ id: 'b1' }] } } },
    },
    { kind: 'Application', name: 'orders', action: 'update', isCut: true },
  ],
  held: {
    ...{ id: 'abc', count: 2, since: '2026-01-01T00:00:00Z', budget: 1, why: 'too many' },
    ...{ goesAt: '2026-01-01T01:00:00Z', decision: 'rejected' },
  },
  unknown: ['nobody'],
  omitted: { entries: 1, contents: 2 },
} satisfies SyncPlan;

const read = (plan: object) => readPlan(JSON.stringify(plan));

test('a plan is read with all that it can say, and without what only a later version knows', () => {
  assert.deepEqual(read(WHOLE), WHOLE);
  const entries = WHOLE.entries.map((entry) => ({ ...entry, new: 1 }));
  const later = { ...WHOLE, new: 1, entries, held: { ...WHOLE.held, new: 1 } };
  assert.deepEqual(read(later), WHOLE);
});

test('a plan that lacks what every plan says is none', () => {
  for (const field of ['schemaVersion', 'time', 'listed', 'complete', 'totals', 'entries']) {
    assert.equal(read({ ...WHOLE, [field]: undefined }), undefined, field);
  }
  const {
    request: _request,
    incompleteBecause: _why,
    held: _held,
    unknown: _unknown,
    omitted: _omitted,
    ...least
  } = WHOLE;
  assert.deepEqual(read(least), least);
});

test('what lacks a part that it cannot be understood without is left out of a plan', () => {
  const [entry] = WHOLE.entries;
  for (const field of ['kind', 'name', 'action']) {
    assert.deepEqual(read({ ...WHOLE, entries: [{ ...entry, [field]: undefined }] })?.entries, [], field);
  }
  for (const field of ['id', 'count', 'since', 'budget', 'why']) {
    assert.equal(read({ ...WHOLE, held: { ...WHOLE.held, [field]: undefined } })?.held, undefined, field);
  }
  assert.deepEqual(read({ ...WHOLE, unknown: ['nobody', 1] })?.unknown, ['nobody']);
  const { before: _before, ...rest } = WHOLE.entries[0] as PlanEntry;
  assert.deepEqual(read({ ...WHOLE, entries: [{ ...rest, before: 'a text' }] })?.entries, [rest]);
  for (const field of Object.keys(WHOLE.totals)) {
    assert.equal(read({ ...WHOLE, totals: { ...WHOLE.totals, [field]: undefined } }), undefined, field);
  }
  for (const field of Object.keys(WHOLE.omitted)) {
    assert.equal(read({ ...WHOLE, omitted: { ...WHOLE.omitted, [field]: undefined } })?.omitted, undefined, field);
  }
});
