import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeletionDecision } from '#common/sync/deletion-decision.ts';
import { conditions } from '../../../sidecar/status/conditions.ts';
import { reportedPlan } from '../../../sidecar/status/held-plan.ts';
import { NOON, outcome, synchronized } from './observations.ts';

const HELD = {
  id: 'abc1',
  count: 2,
  names: ['carts', 'orders'],
  members: ['one', 'two'],
  since: NOON,
  budget: 1,
  why: 'more than the budget',
  goesAt: NOON + 900_000,
  isRejected: false,
};

const decided = (verdict: DeletionDecision['verdict'], plan = HELD.id): DeletionDecision => ({
  plan,
  verdict,
  at: NOON,
  runtimeId: 'runtime',
  members: HELD.members,
});

/** What report and condition say of the plan that the last synchronization found, and of what was decided since. */
function said(decision: DeletionDecision | undefined, held = HELD) {
  const { decision: verdict, goesAt } = reportedPlan(undefined, outcome({ held }), decision) ?? {};
  const list = conditions(undefined, 'Synchronized', synchronized({ held }, { decision }));
  const message = list.find(({ type }) => type === 'DeletionsHeld')?.message.replace(/^.*held as plan abc1/, '');
  return { verdict, goesAt, message };
}

test('what was decided on a held plan shows at once, and not with the next synchronization', () => {
  const goesAt = '2026-03-01T12:15:00Z';
  const undecided = { verdict: undefined, goesAt, message: ` until ${goesAt}; nothing was deleted` };
  const rejected = { verdict: 'rejected', goesAt: undefined, message: ', which was rejected; nothing is deleted' };
  const message = ', which was approved; it goes once two listings confirm it';
  assert.deepEqual(said(undefined), undecided);
  assert.deepEqual(said(decided('rejected')), rejected);
  assert.deepEqual(said(decided('approved')), { verdict: 'approved', goesAt: undefined, message });
  assert.deepEqual(said(decided('rejected', 'other')), undecided, 'on another plan');
  assert.deepEqual(said(decided('rejected', 'former'), { ...HELD, isRejected: true }), rejected, 'what is left of one');
});
