import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLeftOf, memberMark } from '#common/sync/deletion-decision.ts';
import { type DeletionInput, judgeDeletions, NO_DELETIONS, passOver } from '#common/sync/deletions.ts';
import { holdReason, planIdOf } from '#common/sync/held-plan.ts';

const HELD: DeletionInput = {
  beganMs: 0,
  nowMs: 0,
  now: 1_000_000,
  listing: { complete: true, digest: '1', ids: new Set(['1']) },
  present: ['b', 'a'],
  applications: [
    { key: 'b', name: 'zebra' },
    { key: 'a', name: 'ant' },
  ],
  secrets: [],
  budget: { count: 1 },
  holdMs: 900_000,
  longestGapMs: 1_000_000,
};

test('nothing is known in the beginning', () => {
  assert.deepEqual(NO_DELETIONS, { sightings: new Map() });
  const nothing = { complete: false, digest: '', ids: new Set<string>() };
  assert.deepEqual(judgeDeletions(NO_DELETIONS, { ...HELD, listing: nothing }).held, undefined);
});

test('the id of a plan is of the set, in twelve hexadecimal digits, and so is the mark of a member', () => {
  assert.match(planIdOf(['a', 'b']), /^[0-9a-f]{12}$/);
  assert.match(memberMark('a'), /^[0-9a-f]{12}$/);
  assert.equal(planIdOf(['a', 'b']), planIdOf(['b', 'a']));
  assert.notEqual(planIdOf(['a', 'b']), planIdOf(['ab']));
});

test('a held plan names its Applications in order', () => {
  const { held } = judgeDeletions(NO_DELETIONS, HELD);
  assert.deepEqual(held?.names, ['ant', 'zebra']);
  assert.deepEqual(held?.members, ['b', 'a'].map(memberMark));
  assert.deepEqual([held?.isRejected, held?.budget, held?.since, held?.sinceMs], [false, 1, 1_000_000, 0]);
});

test('another plan has its own time', () => {
  const first = judgeDeletions(NO_DELETIONS, HELD);
  const three = { ...HELD, present: ['a', 'b', 'c'], nowMs: 5, beganMs: 5, now: 1_000_005 };
  const applications = [...HELD.applications, { key: 'c', name: 'cat' }];
  const { held } = judgeDeletions(first.state, { ...three, applications });
  assert.deepEqual([held?.since, held?.sinceMs], [1_000_005, 5]);
});

test('a plan that is held for ever says no time', () => {
  const { held } = judgeDeletions(NO_DELETIONS, { ...HELD, holdMs: Number.POSITIVE_INFINITY });
  assert.ok(held);
  assert.deepEqual(['goesAt' in held, 'goesAtMs' in held], [false, false]);
});

test('what was let go by time is forgotten when another run of listings begins', () => {
  const first = judgeDeletions(NO_DELETIONS, HELD);
  const later = { ...HELD, beganMs: 900_000, nowMs: 900_000 };
  const released = judgeDeletions(first.state, later);
  assert.deepEqual(released.state.released, new Set(['b', 'a']));
  const listing = { complete: true, digest: '2', ids: new Set(['2']) };
  const other = judgeDeletions(released.state, { ...later, listing });
  assert.deepEqual([other.state.released, other.held === undefined], [undefined, false]);
});

test('a plan that was let go stays so while it is within the budget, and its decision stands', () => {
  const released = judgeDeletions(NO_DELETIONS, { ...HELD, holdMs: 0 });
  assert.deepEqual(released.state.released, new Set(['b', 'a']));
  const [, one] = HELD.applications;
  const left = { ...HELD, present: ['a'], applications: one ? [one] : [], nowMs: 1, beganMs: 1 };
  const verdict = judgeDeletions(released.state, left);
  assert.deepEqual([verdict.held, verdict.state.released], [undefined, new Set(['b', 'a'])]);
});

test('a complete listing by which nothing is judged ends the run only where it is another', () => {
  const { state } = judgeDeletions(NO_DELETIONS, HELD);
  const same = passOver(state, HELD.listing);
  assert.deepEqual([same.run?.digest, same.sightings.size], ['1', 2]);
  const other = passOver(state, { complete: true, digest: '2', ids: new Set(['1']) });
  assert.deepEqual([other.run, other.sightings.size, other.held?.goesAt], [undefined, 0, undefined]);
  assert.equal(other.held?.id, state.held?.id);
});

test('a gap counts from the last complete listing, not from the first one, and a failed one does not end it', () => {
  const failed = { complete: false, digest: '', ids: new Set<string>() };
  const inBudget = { ...HELD, present: ['a', 'b', 'c'], budget: { count: 9 }, longestGapMs: 100_000 };
  const at = (ms: number) => ({ ...inBudget, beganMs: ms, nowMs: ms });
  const first = judgeDeletions(NO_DELETIONS, at(10_000_000));
  const early = judgeDeletions(passOver(first.state, failed), at(10_059_999));
  assert.equal(early.applications.size, 0);
  assert.equal(judgeDeletions(early.state, at(10_159_999)).applications.size, 2);
  assert.equal(judgeDeletions(early.state, at(10_160_000)).applications.size, 0);
  assert.equal(judgeDeletions(passOver(first.state, failed), at(10_100_001)).applications.size, 0);
});

test('the whole of one Application that is present is no reason to hold, of two it is', () => {
  const [one = { key: 'b', name: 'zebra' }] = HELD.applications;
  assert.equal(holdReason({ ...HELD, present: ['b'], applications: [one] }, undefined), undefined);
  assert.match(holdReason({ ...HELD, budget: { count: 2 } }, undefined) ?? '', /all 2 Applications/);
});

test('what is left of a plan is of its members, and wants none of them again', () => {
  const members = new Set(['a', 'b']);
  assert.equal(isLeftOf(members, ['a'], ['a', 'x']), true);
  assert.equal(isLeftOf(members, ['a', 'x'], ['a', 'x']), false);
  assert.equal(isLeftOf(members, ['a'], ['a', 'b']), false);
});

test('what is left of a plan that was let go goes on for as many rounds as it takes', () => {
  const keys = ['a', 'b', 'c', 'd'];
  const round = (left: readonly string[]) => ({
    ...HELD,
    holdMs: left.length === 4 ? 0 : 900_000,
    present: [...left, 'x'],
    applications: left.map((key) => ({ key, name: key })),
  });
  let { state } = judgeDeletions(NO_DELETIONS, round(keys));
  for (const left of [keys.slice(1), keys.slice(1), keys.slice(2)]) {
    const verdict = judgeDeletions(state, round(left));
    assert.equal(verdict.held, undefined, left.join());
    ({ state } = verdict);
  }
});

test('a decision on a plan within the budget stands while the plan does', () => {
  const decision = {
    plan: planIdOf(['a', 'b']),
    verdict: 'approved',
    at: 0,
    runtimeId: 'r',
    members: ['a', 'b'].map(memberMark),
  } as const;
  const within = { ...HELD, present: ['a', 'b', 'c'], budget: { count: 9 } };
  assert.deepEqual(judgeDeletions(NO_DELETIONS, { ...within, decision }).decision, decision);
  assert.deepEqual(judgeDeletions(NO_DELETIONS, { ...within, applications: [], decision }).decision, undefined);
});
