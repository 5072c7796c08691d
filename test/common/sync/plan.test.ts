import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Decision, decide } from '#common/sync/plan.ts';
import type { PresentApplication } from '#common/sync/present.ts';
import { presentApplication } from './samples.ts';

interface Case {
  readonly holder?: PresentApplication;
  readonly elsewhere?: readonly PresentApplication[];
  readonly claimedBy?: string;
  readonly connectionName?: string;
}

/** What becomes of the listed Application `orders` with the id `i1`. */
function outcome({ holder, elsewhere = [], claimedBy, connectionName = 'compass-connection' }: Case): string {
  const decision: Decision = decide({ id: 'i1', name: 'orders', holder, elsewhere, claimedBy, connectionName });
  return decision.action === 'refuse' ? decision.problem.reason : decision.action;
}

const CASES: readonly (readonly [what: string, situation: Case, expected: string])[] = [
  ['nothing is there', {}, 'create'],
  ['ours with its id', { holder: presentApplication('orders', 'i1') }, 'update'],
  [
    'an unmarked one with its id',
    { holder: presentApplication('orders', 'i1', 'unmarked'), connectionName: 'second' },
    'update',
  ],
  ['a foreign one with its id', { holder: presentApplication('orders', 'i1', 'foreign') }, 'ForeignObject'],
  ['a foreign one', { holder: presentApplication('orders', undefined, 'foreign') }, 'ForeignObject'],
  ['ours with another id', { holder: presentApplication('orders', 'i2') }, 'defer'],
  ['ours without an id', { holder: presentApplication('orders', undefined) }, 'update'],
  ['an unmarked one without an id', { holder: presentApplication('orders', undefined, 'unmarked') }, 'update'],
  [
    'an unmarked one without an id, for another connection',
    { holder: presentApplication('orders', undefined, 'unmarked'), connectionName: 'second' },
    'ForeignObject',
  ],
  ['its id is there under another name', { elsewhere: [presentApplication('old', 'i1')] }, 'defer'],
  ['another one took the name in this round', { claimedBy: 'i2' }, 'NameConflict'],
  ['it took the name itself in this round', { holder: presentApplication('orders', 'i1'), claimedBy: 'i1' }, 'update'],
];

for (const [what, situation, expected] of CASES) {
  test(`where ${what}: ${expected}`, () => assert.equal(outcome(situation), expected));
}
