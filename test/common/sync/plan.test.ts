import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ownership } from '#common/sync/ownership.ts';
import { type Decision, decide } from '#common/sync/plan.ts';
import type { PresentApplication } from '#common/sync/present.ts';

function present(name: string, id: string | undefined, ownership: Ownership = 'ours'): PresentApplication {
  const unset = {
    resourceVersion: '1',
    bundlesWithSecrets: [],
    digest: '',
    syncError: undefined,
    isTerminating: false,
  };
  return { ...unset, name, uid: `uid-${name}`, id, ownership };
}

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
  ['ours with its id', { holder: present('orders', 'i1') }, 'update'],
  ['an unmarked one with its id', { holder: present('orders', 'i1', 'unmarked'), connectionName: 'second' }, 'update'],
  ['a foreign one with its id', { holder: present('orders', 'i1', 'foreign') }, 'ForeignObject'],
  ['a foreign one', { holder: present('orders', undefined, 'foreign') }, 'ForeignObject'],
  ['ours with another id', { holder: present('orders', 'i2') }, 'defer'],
  ['ours without an id', { holder: present('orders', undefined) }, 'update'],
  ['an unmarked one without an id', { holder: present('orders', undefined, 'unmarked') }, 'update'],
  [
    'an unmarked one without an id, for another connection',
    { holder: present('orders', undefined, 'unmarked'), connectionName: 'second' },
    'ForeignObject',
  ],
  ['its id is there under another name', { elsewhere: [present('old', 'i1')] }, 'defer'],
  ['another one took the name in this round', { claimedBy: 'i2' }, 'NameConflict'],
  ['it took the name itself in this round', { holder: present('orders', 'i1'), claimedBy: 'i1' }, 'update'],
];

for (const [what, situation, expected] of CASES) {
  test(`where ${what}: ${expected}`, () => assert.equal(outcome(situation), expected));
}
