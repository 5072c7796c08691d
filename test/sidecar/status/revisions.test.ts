import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '#common/resources/report.ts';
import type { Observation } from '../../../sidecar/status/observation.ts';
import { reportedRevisions } from '../../../sidecar/status/revisions.ts';
import { connected, NOON, outcome } from './observations.ts';

const TIME = '2026-03-01T12:00:00Z';
const NONE: Report = { schemaVersion: 'v1' };
const REQUEST = { verb: 'sync', id: 'one', by: 'eva', acceptedAt: NOON, finishedAt: NOON, counts: {} } as const;

const latest = (changes: Partial<Observation>, previous = NONE) =>
  reportedRevisions(previous, connected(changes), 7)?.[0];

test('a revision says what it was made for, and whose request that was', () => {
  const ended = outcome({ created: ['a', 'b'], updated: ['c'] });
  const counts = { revision: 7, time: TIME, created: 2, updated: 1, deleted: 0 };
  const sync = { attempted: true, time: NOON, outcome: ended };
  assert.deepEqual(latest({ sync: { ...sync, why: 'resumed' } }), { ...counts, why: 'resumed' });
  const asked = { sync: { ...sync, why: 'request' as const } };
  assert.deepEqual(latest({ ...asked, requests: [REQUEST] }), { ...counts, why: 'request', request: 'one', by: 'eva' });
  const answered = { ...NONE, requests: [{ verb: 'sync', id: 'one', accepted: TIME, finished: TIME }] };
  assert.deepEqual(latest({ ...asked, requests: [REQUEST] }, answered), { ...counts, why: 'flag' }, 'an older request');
});

test('deletions name the plan that was approved for them, and who did', () => {
  const decision = { plan: 'p', verdict: 'approved', at: NOON, runtimeId: 'r', by: 'anna', members: [] } as const;
  const said = (deleted: string[], verdict: 'approved' | 'rejected') => {
    const ended = outcome({ deleted, deletedSecrets: 2, kept: { decision: { ...decision, verdict } } });
    const {
      plan,
      approvedBy,
      deleted: count,
      secretsDeleted,
    } = latest({ sync: { attempted: true, outcome: ended } }) ?? {};
    return [plan, approvedBy, count, secretsDeleted];
  };
  assert.deepEqual(said(['a'], 'approved'), ['p', 'anna', 1, 2]);
  assert.deepEqual(said([], 'approved'), [undefined, undefined, 0, 2]);
  assert.deepEqual(said(['a'], 'rejected'), [undefined, undefined, 1, 2]);
});

test('a purge is the disconnect of whoever asked for it', () => {
  const change = { time: NOON, name: 'a', action: 'deleted', cause: 'disconnected' } as const;
  const changes = [
    { ...change, kind: 'Application' },
    { ...change, kind: 'Secret' },
  ] as const;
  const request = { verb: 'disconnect', id: 'two', by: 'eva', acceptedAt: NOON } as const;
  assert.deepEqual(latest({ purge: { remaining: 0, changes }, requests: [request] }), {
    ...{ revision: 7, time: TIME, why: 'disconnect', request: 'two', by: 'eva' },
    ...{ created: 0, updated: 0, deleted: 1 },
  });
});

test('twenty are kept, and a pass that changed nothing leaves them as they are', () => {
  const revisions = Array.from({ length: 20 }, (_, at) => {
    return { revision: 20 - at, time: TIME, why: 'start', created: 0, updated: 0, deleted: 0 };
  });
  const previous = { ...NONE, revisions };
  const next = reportedRevisions(previous, connected({ sync: { attempted: true, outcome: outcome() } }), 21) ?? [];
  assert.deepEqual([next.length, next[0]?.revision, next.at(-1)?.revision], [20, 21, 2]);
  assert.equal(reportedRevisions(previous, connected(), undefined), revisions);
});
