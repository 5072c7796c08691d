import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fateOf } from '../../../plugin/deletions/held-text.ts';

const NOW = Date.UTC(2026, 2, 1, 12);

test('a held plan is told by what was decided on it, else by when it goes by itself', () => {
  const goesAt = NOW + 840_000;
  for (const [plan, says] of [
    [{ goesAt }, ' for 14m more'],
    [{ goesAt: NOW + 999 }, ' until the next listing'],
    [{}, ''],
    [{ goesAt, decision: 'rejected' }, ', rejected'],
    [{ goesAt, decision: 'approved' }, ', approved'],
    [{ goesAt, decision: 'of tomorrow' }, ' for 14m more'],
  ] as const)
    assert.equal(fateOf(plan, NOW), says);
});
