import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import type { ConnectionContext } from '../../../sidecar/connection/context.ts';
import { leaderPass } from '../../../sidecar/leader/leader-pass.ts';
import { ManualClock } from '../manual-clock.ts';

function start() {
  const leadership = { isLeader: false, term: 0, leader: 'pod-a' };
  const happened: string[] = [];
  const forgets = (what: string) => ({ forget: () => void happened.push(`forgets ${what}`) });
  const context = {
    cluster: { find: () => Promise.resolve(undefined) } as unknown as Cluster,
    config: { podName: 'pod-b', clientSecret: { namespace: 'n', name: 's' } },
    clock: new ManualClock(),
    state: forgets('state'),
    journal: forgets('journal'),
    mirror: { read: () => Promise.resolve(undefined) },
  } as unknown as ConnectionContext;
  const reconciler = {
    ...forgets('requests'),
    pass: () => {
      happened.push('works');
      return Promise.resolve(1_000);
    },
  };
  const health = {
    onStandby: (_hasCredentials: boolean, leader?: string) => void happened.push(`stands by ${leader ?? 'nobody'}`),
    onLeading: () => void happened.push('is said to lead'),
  };
  const pace = { begin: () => Promise.resolve(), dueInMs: 0 };
  const options = { leadership, context, reconciler, health, pace, present: forgets('what is present') };
  const pass = leaderPass(options);
  return { leadership, happened: () => happened.splice(0), pass };
}

const FORGETS = ['forgets state', 'forgets journal', 'forgets requests'];

test('a standby does nothing, and who begins to lead believes nothing that it remembers', async () => {
  const { leadership, happened, pass } = start();
  await pass();
  assert.deepEqual(happened(), ['forgets what is present', 'stands by pod-a', 'forgets state', 'forgets journal']);
  leadership.leader = 'pod-b';
  await pass();
  assert.deepEqual(happened(), ['forgets what is present', 'stands by nobody']);
  Object.assign(leadership, { isLeader: true, term: 1 });
  await pass();
  assert.deepEqual(happened(), [...FORGETS, 'is said to lead', 'works']);
  await pass();
  assert.deepEqual(happened(), ['works']);
});

test('R4: a leader that lost the Lease and got it back in one pass believes nothing that it remembers either', async () => {
  const { leadership, happened, pass } = start();
  Object.assign(leadership, { isLeader: true, term: 1 });
  await pass();
  happened();
  leadership.term = 2;
  await pass();
  assert.deepEqual(happened(), [...FORGETS, 'is said to lead', 'works']);
});

test('who leads no more keeps nothing of what is present', async () => {
  const { leadership, happened, pass } = start();
  Object.assign(leadership, { isLeader: true, term: 1 });
  await pass();
  happened();
  leadership.isLeader = false;
  await pass();
  assert.equal(happened()[0], 'forgets what is present');
});
