import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeptDeletions } from '#common/sync/outcome.ts';
import { decodeDeletions, isSameKept } from '../../../sidecar/deletions/kept-deletions.ts';

const HELD = { id: 'plan', since: 1, members: ['one', 'two'] };
const DECISION = { plan: 'plan', verdict: 'approved', at: 2, runtimeId: 'runtime', members: ['one'] } as const;

/** Each property in turn, missing and of another type. */
function spoilt(good: Readonly<Record<string, unknown>>, fields: readonly string[]) {
  return fields.flatMap((field) => [undefined, null, {}, ['one', 1]].map((value) => ({ ...good, [field]: value })));
}

test('what is kept of deletions is read as it was written', () => {
  for (const kept of [
    { held: HELD, decision: { ...DECISION, by: 'eva' } },
    { held: HELD, decision: undefined },
    { held: undefined, decision: { ...DECISION, verdict: 'rejected', by: undefined } },
  ]) {
    const stored: unknown = JSON.parse(JSON.stringify(kept));
    assert.deepEqual(JSON.parse(JSON.stringify(decodeDeletions(stored))), stored);
  }
  assert.equal('by' in (decodeDeletions({ decision: DECISION })?.decision ?? {}), false);
});

test('where nothing is kept, nothing is read', () => {
  for (const raw of [undefined, null, 'text', 7, {}, { held: undefined, decision: null }]) {
    assert.equal(decodeDeletions(raw), undefined, JSON.stringify(raw));
  }
});

test('a held plan that makes no sense is none, and takes no decision with it', () => {
  for (const held of [null, 'plan', ...spoilt(HELD, ['id', 'since', 'members'])]) {
    assert.deepEqual(decodeDeletions({ held, decision: DECISION }), { held: undefined, decision: DECISION });
  }
});

test('a decision that makes no sense is none, and takes no held plan with it', () => {
  const others = [{ ...DECISION, verdict: 'approve' }, ...spoilt(DECISION, Object.keys(DECISION))];
  for (const decision of [null, 'approved', ...others]) {
    assert.deepEqual(decodeDeletions({ held: HELD, decision }), { held: HELD, decision: undefined });
  }
  assert.deepEqual(decodeDeletions({ decision: { ...DECISION, by: 7 } })?.decision, DECISION);
});

test('two say the same where plan and decision are the same, and one that is absent says nothing', () => {
  const kept: KeptDeletions = { held: HELD, decision: DECISION };
  assert.equal(isSameKept(kept, { held: { ...HELD, members: [...HELD.members] }, decision: { ...DECISION } }), true);
  assert.equal(isSameKept(undefined, { held: undefined, decision: undefined }), true);
  assert.equal(isSameKept({ held: undefined, decision: undefined }, undefined), true);
  for (const other of [
    undefined,
    { held: undefined, decision: DECISION },
    { held: HELD, decision: undefined },
    { held: { ...HELD, since: 2 }, decision: DECISION },
    { held: HELD, decision: { ...DECISION, at: 3 } },
  ]) {
    assert.equal(isSameKept(kept, other), false, JSON.stringify(other));
    assert.equal(isSameKept(other, kept), false, JSON.stringify(other));
  }
});
