import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DeletionDecision } from '#common/sync/deletion-decision.ts';
import {
  type Candidate,
  CONFIRMATION_MS,
  type DeletionInput,
  type DeletionState,
  judgeDeletions,
  NO_DELETIONS,
} from '#common/sync/deletions.ts';

const candidates = (...keys: readonly string[]): Candidate[] => keys.map((key) => ({ key, name: `app-${key}` }));

/** A listing that shows these ids and is complete. */
const listing = (...ids: readonly string[]) => ({ complete: true, digest: [...ids].sort().join(), ids: new Set(ids) });

interface Step extends Partial<Omit<DeletionInput, 'present'>> {
  readonly nowMs: number;
  /** How many Applications there are, the candidates among them. */
  readonly present?: number;
}

function inputOf({ present = 3, ...step }: Step): DeletionInput {
  const { applications = candidates('3') } = step;
  const keys = applications.map(({ key }) => key);
  const others = Array.from({ length: present - keys.length }, (_, at) => `listed-${at}`);
  return {
    beganMs: step.nowMs,
    now: 1_000_000 + step.nowMs,
    listing: listing('1', '2'),
    secrets: [],
    budget: { fraction: 0.1 },
    holdMs: Number.POSITIVE_INFINITY,
    longestGapMs: Number.POSITIVE_INFINITY,
    ...step,
    applications,
    present: [...keys, ...others],
  };
}

/** Judges round after round; what may go in each. A decision lasts as long as the rule says so. */
function judge(...steps: readonly Step[]) {
  let state: DeletionState = NO_DELETIONS;
  let decision: DeletionDecision | undefined;
  return steps.map((step) => {
    const verdict = judgeDeletions(state, inputOf({ decision, ...step }));
    ({ state, decision } = verdict);
    return { goes: [...verdict.applications], secrets: [...verdict.secrets], held: verdict.held, decision };
  });
}

const goes = (...steps: readonly Step[]) => judge(...steps).map((verdict) => verdict.goes.length);

test('it takes two complete and equal listings, a minute apart', () => {
  assert.deepEqual(goes({ nowMs: 0 }, { nowMs: 59_999 }, { nowMs: 60_000 }), [0, 0, 1]);
});

test('one that is not complete confirms nothing', () => {
  const incomplete = { ...listing('1', '2'), complete: false };
  assert.deepEqual(goes({ nowMs: 0 }, { nowMs: 60_000, listing: incomplete }, { nowMs: 60_001 }), [0, 0, 1]);
  assert.deepEqual(goes({ nowMs: 0, listing: incomplete }, { nowMs: 60_000 }), [0, 0]);
});

test('one that is not complete but shows something new ends the run', () => {
  const incomplete = { ...listing('1', '9'), complete: false };
  assert.deepEqual(goes({ nowMs: 0 }, { nowMs: 1, listing: incomplete }, { nowMs: 60_001 }), [0, 0, 0]);
});

test('a different listing begins anew', () => {
  assert.deepEqual(
    goes({ nowMs: 0 }, { nowMs: 60_000, listing: listing('1') }, { nowMs: 120_000, listing: listing('1') }),
    [0, 0, 1],
  );
});

test('a Secret that became an orphan later is confirmed for itself', () => {
  const verdicts = judge(
    { nowMs: 0, applications: [] },
    { nowMs: 60_000, applications: [], secrets: candidates('s') },
    { nowMs: 120_000, applications: [], secrets: candidates('s') },
  );
  assert.deepEqual(
    verdicts.map(({ secrets }) => secrets.length),
    [0, 0, 1],
  );
});

const HELD: readonly (readonly [what: string, input: Omit<Step, 'nowMs'>, held: boolean])[] = [
  ['1 of 3', {}, false],
  ['the only one, with an empty listing', { present: 1, listing: listing() }, true],
  ['the only one, while another is listed', { present: 1 }, false],
  ['all of 2', { present: 2, applications: candidates('3', '4') }, true],
  ['10 of 20', { present: 20, applications: candidates(...'abcdefghij') }, false],
  ['11 of 20', { present: 20, applications: candidates(...'abcdefghijk') }, true],
  ['11 of 110', { present: 110, applications: candidates(...'abcdefghijk') }, false],
  ['11 of 109', { present: 109, applications: candidates(...'abcdefghijk') }, true],
  ['3 of 20 with a budget of 2', { present: 20, applications: candidates('3', '4', '5'), budget: { count: 2 } }, true],
  ['2 of 20 with a budget of 2', { present: 20, applications: candidates('3', '4'), budget: { count: 2 } }, false],
  [
    '10 of 20 with a budget of 50 %',
    { present: 20, applications: candidates(...'abcdefghij'), budget: { fraction: 0.5 } },
    false,
  ],
  ['1 of 20 with a budget of 0 %', { present: 20, budget: { fraction: 0 } }, true],
  ['none', { applications: [], listing: listing() }, false],
];

for (const [what, input, isHeld] of HELD) {
  test(`deleting ${what} is ${isHeld ? 'held' : 'carried out'}`, () => {
    const [, second] = judge({ nowMs: 0, ...input }, { nowMs: CONFIRMATION_MS, ...input });
    assert.equal(second?.held !== undefined, isHeld);
    assert.equal(second?.goes.length, isHeld ? 0 : (input.applications ?? ['3']).length);
  });
}

test('a held plan goes after the hold of unchanged listings, and keeps its id and its time meanwhile', () => {
  const all = { present: 2, applications: candidates('3', '4'), holdMs: 900_000 };
  const verdicts = judge({ nowMs: 0, ...all }, { nowMs: 899_999, ...all }, { nowMs: 900_000, ...all });
  assert.deepEqual(
    verdicts.map((verdict) => verdict.goes.length),
    [0, 0, 2],
  );
  assert.equal(verdicts[1]?.held?.id, verdicts[0]?.held?.id);
  assert.equal(verdicts[1]?.held?.sinceMs, 0);
  const changed = judge(
    { nowMs: 0, ...all },
    { nowMs: 60_000, ...all, listing: listing('1') },
    { nowMs: 900_000, ...all, listing: listing('1') },
  );
  assert.deepEqual(
    changed.map((verdict) => verdict.goes.length),
    [0, 0, 0],
  );
});

test('I5: nothing ever goes that was not absent from two complete, equal listings a minute apart', () => {
  const ids = fc.subarray(['1', '2', '3', '4']);
  const step = fc.record({ ids, complete: fc.boolean(), afterMs: fc.integer({ min: 0, max: 90_000 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let nowMs = 0;
      const rounds = steps.map((one) => {
        nowMs += one.afterMs;
        return { ...one, nowMs, digest: one.ids.join() };
      });
      const verdicts = judge(
        ...rounds.map((round) => ({
          nowMs: round.nowMs,
          listing: { complete: round.complete, digest: round.digest, ids: new Set(round.ids) },
          applications: candidates(...['1', '2', '3', '4'].filter((one) => !round.ids.includes(one))),
          present: 4,
        })),
      );
      verdicts.forEach(({ goes: gone }, at) => {
        for (const one of gone) {
          const now = rounds[at];
          const confirms = rounds
            .slice(0, at)
            .some(
              (round) => round.complete && round.digest === now?.digest && (now?.nowMs ?? 0) - round.nowMs >= 60_000,
            );
          assert.ok(now?.complete && confirms && !now.ids.includes(one));
        }
      });
    }),
  );
});

test('of slow listings the second begins a minute after the first has ended', () => {
  const slow = (beganMs: number, nowMs: number) => ({ beganMs, nowMs });
  assert.deepEqual(goes(slow(0, 60_000), slow(60_001, 120_000), slow(120_001, 180_000)), [0, 0, 1]);
});

test('after long without a complete listing everything begins anew, whatever came in between', () => {
  const longestGapMs = 300_000;
  const failed = { listing: { complete: false, digest: '', ids: new Set<string>() } };
  for (const between of [[], [{ nowMs: 1_000, ...failed }]]) {
    const from = [{ nowMs: 0 }, ...between];
    assert.equal(goes(...from, { nowMs: 300_000, longestGapMs }).at(-1), 1);
    assert.deepEqual(
      goes(...from, { nowMs: 300_001, longestGapMs }, { nowMs: 360_001, longestGapMs }).slice(-2),
      [0, 1],
    );
  }
});

test('when a plan goes is told by the wall clock, once, and anew when the listing changes', () => {
  const all = { present: 2, applications: candidates('3', '4'), holdMs: 900_000 };
  const verdicts = judge(
    { nowMs: 0, ...all },
    { nowMs: 60_000, now: 5, ...all },
    { nowMs: 61_000, ...all, listing: { complete: false, digest: '', ids: new Set(['9']) } },
    { nowMs: 62_000, ...all },
  );
  assert.deepEqual(
    verdicts.map(({ held }) => [held?.since, held?.goesAt]),
    [
      [1_000_000, 1_900_000],
      [1_000_000, 1_900_000],
      [1_000_000, undefined],
      [1_000_000, 1_962_000],
    ],
  );
});

test('after a restart the hold begins anew, and the time that is shown is that from before', () => {
  const all = { present: 2, applications: candidates('3', '4'), holdMs: 900_000 };
  const [{ held: before } = {}] = judge({ nowMs: 0, ...all });
  assert.ok(before);
  const heldBefore = { id: before.id, since: 7 };
  const [first, early] = judge({ nowMs: 0, ...all, heldBefore }, { nowMs: 899_999, ...all });
  assert.deepEqual([first?.held?.since, first?.held?.goesAt, early?.goes], [7, 1_900_000, []]);
});

test('while deletions are suspended nothing goes, and afterwards goes what was absent all the time', () => {
  const secrets = candidates('s');
  const [first, suspended, after] = judge(
    { nowMs: 0, secrets },
    { nowMs: 60_000, secrets, isSuspended: true },
    { nowMs: 60_001, secrets },
  );
  assert.deepEqual([first?.goes, first?.secrets], [[], []]);
  assert.deepEqual([suspended?.goes, suspended?.secrets], [[], []]);
  assert.deepEqual([after?.goes, after?.secrets], [['3'], ['s']]);
});

test('a plan that is held stays the same while deletions are suspended, without a time at which it goes', () => {
  const all = { present: 2, applications: candidates('3', '4'), holdMs: 900_000 };
  const [before, suspended, later] = judge(
    { nowMs: 0, ...all },
    { nowMs: 1_000_000, ...all, isSuspended: true },
    { nowMs: 2_000_000, ...all, isSuspended: true },
  );
  assert.equal(typeof before?.held?.goesAt, 'number');
  for (const verdict of [suspended, later]) {
    assert.deepEqual(verdict?.goes, []);
    assert.deepEqual(
      [verdict?.held?.id, verdict?.held?.since, verdict?.held?.goesAt],
      [before?.held?.id, before?.held?.since, undefined],
    );
  }
});

test('what was decided on a plan stands while deletions are suspended', () => {
  const all = { present: 2, applications: candidates('3', '4') };
  const [{ held } = {}] = judge({ nowMs: 0, ...all });
  assert.ok(held);
  const { id: plan, members } = held;
  const decision = { plan, members, verdict: 'approved', at: 1, runtimeId: 'r' } as const;
  const [, suspended] = judge({ nowMs: 0, ...all }, { nowMs: 60_000, ...all, decision, isSuspended: true });
  assert.deepEqual([suspended?.goes, suspended?.decision?.plan], [[], plan]);
});
