import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeletionDecision } from '#common/sync/deletion-decision.ts';
import { isDecided, memberMark } from '#common/sync/deletion-decision.ts';
import { type DeletionState, judgeDeletions, NO_DELETIONS } from '#common/sync/deletions.ts';
import { planIdOf } from '#common/sync/held-plan.ts';

const HOLD_MS = 900_000;

/** What of the cluster's Applications is not listed in a round, at a minute, of these that are present. */
interface Step {
  readonly minute: number;
  readonly absent: string;
  readonly present?: string;
  readonly decision?: DeletionDecision;
  readonly holdMs?: number;
}

/** Letters are Applications. */
function judge(...steps: readonly Step[]) {
  let state: DeletionState = NO_DELETIONS;
  let decision: DeletionDecision | undefined;
  return steps.map(({ minute, absent, present = 'abcd', holdMs = HOLD_MS, ...step }) => {
    const ids = new Set([...present].filter((one) => !absent.includes(one)));
    const nowMs = minute * 60_000;
    const verdict = judgeDeletions(state, {
      beganMs: nowMs,
      nowMs,
      now: 1_000_000 + nowMs,
      listing: { complete: true, digest: [...ids].join(), ids },
      present: [...present],
      applications: [...absent].map((key) => ({ key, name: key })),
      secrets: [],
      budget: { count: 1 },
      holdMs,
      longestGapMs: Number.POSITIVE_INFINITY,
      decision: step.decision ?? decision,
    });
    ({ state, decision } = verdict);
    return { goes: [...verdict.applications].join(''), held: verdict.held, decision };
  });
}

function said(verdict: DeletionDecision['verdict'], absent: string): DeletionDecision {
  const keys = [...absent];
  return { plan: planIdOf(keys), verdict, at: 0, runtimeId: 'r', members: keys.map(memberMark) };
}

const goes = (...steps: readonly Step[]) => judge(...steps).map((verdict) => verdict.goes);

test('an approved plan goes as soon as it is confirmed, however long it would be held', () => {
  const decision = said('approved', 'ab');
  const absent = 'ab';
  assert.deepEqual(
    goes({ minute: 0, absent, decision, holdMs: Number.POSITIVE_INFINITY }, { minute: 1, absent, decision }),
    ['', 'ab'],
  );
  assert.deepEqual(goes({ minute: 0, absent }, { minute: 1, absent }), ['', '']);
});

test('an approval counts for exactly its plan: with one more, or one that is listed again, the plan is another one', () => {
  const decision = said('approved', 'ab');
  for (const absent of ['abc', 'ac']) {
    const [, second] = judge({ minute: 0, absent, decision }, { minute: 1, absent });
    assert.deepEqual([second?.goes, second?.decision], ['', undefined]);
    assert.notEqual(second?.held?.id, decision.plan);
  }
  const [back] = judge({ minute: 0, absent: 'b', present: 'ab', decision });
  assert.equal(back?.decision, undefined);
});

test('an approval is spent: what is listed again and vanishes once more is held anew', () => {
  const verdicts = judge(
    { minute: 0, absent: 'ab', decision: said('approved', 'ab') },
    { minute: 1, absent: '' },
    { minute: 2, absent: 'ab' },
    { minute: 3, absent: 'ab' },
  );
  assert.deepEqual(
    verdicts.map((verdict) => [verdict.goes, verdict.held !== undefined]),
    [
      ['', false],
      ['', false],
      ['', true],
      ['', true],
    ],
  );
});

test('what is left of an approved plan goes on, also where a restart came in between', () => {
  const decision = said('approved', 'abc');
  const left = { absent: 'bc', present: 'bcd' };
  assert.deepEqual(goes({ minute: 0, ...left, decision }, { minute: 1, ...left }), ['', 'bc']);
});

test('what is left of a plan that went by time goes on, until a listing differs', () => {
  const left = { absent: 'bc', present: 'bcd' };
  const begin = [
    { minute: 0, absent: 'abc' },
    { minute: 15, absent: 'abc' },
  ];
  assert.deepEqual(goes(...begin, { minute: 16, ...left }), ['', 'abc', 'bc']);
  const more = { absent: 'bce', present: 'bcde' };
  assert.deepEqual(goes(...begin, { minute: 16, ...more }, { minute: 17, ...more }), ['', 'abc', '', '']);
});

test('a rejected plan does not go after the hold, and is still shown', () => {
  const absent = 'ab';
  const [, later] = judge({ minute: 0, absent, decision: said('rejected', absent) }, { minute: 600, absent });
  assert.deepEqual([later?.goes, later?.held?.isRejected, later?.held?.goesAt], ['', true, undefined]);
  assert.equal(later?.held?.id, planIdOf(['a', 'b']));
});

test('a plan with an Application whose deletion was rejected is held, however small it is', () => {
  const decision = said('rejected', 'ab');
  const smaller = { absent: 'b' };
  const verdicts = judge({ minute: 0, ...smaller, decision }, { minute: 14, ...smaller }, { minute: 15, ...smaller });
  assert.deepEqual(
    verdicts.map((verdict) => verdict.goes),
    ['', '', 'b'],
  );
  assert.match(verdicts[0]?.held?.why ?? '', /rejected/);
  const [other] = judge({ minute: 0, absent: 'c', decision });
  assert.deepEqual([other?.held, other?.decision], [undefined, undefined]);
});

test('a listing that is not complete leaves a decision as it is', () => {
  const decision = said('approved', 'ab');
  const verdict = judgeDeletions(NO_DELETIONS, {
    beganMs: 0,
    nowMs: 0,
    now: 0,
    listing: { complete: false, digest: '', ids: new Set() },
    present: ['a', 'b'],
    applications: [{ key: 'a', name: 'a' }],
    secrets: [],
    budget: { count: 1 },
    holdMs: HOLD_MS,
    longestGapMs: HOLD_MS,
    decision,
  });
  assert.deepEqual([verdict.decision, verdict.applications.size], [decision, 0]);
});

test('a decision names its plan, also where nothing is known of its members', () => {
  const keys = ['a', 'b'];
  const decision = { ...said('approved', 'ab'), members: [] };
  assert.equal(isDecided(decision, { planId: planIdOf(keys), keys, present: keys }), true);
  assert.equal(isDecided(decision, { planId: planIdOf(['a']), keys: ['a'], present: ['a'] }), false);
});
