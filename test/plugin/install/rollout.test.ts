import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  judgeRollout,
  type RolledDeployment,
  type RolledPod,
  type RolloutGoal,
} from '../../../plugin/install/rollout.ts';

function deployment(status: object, replicas = 1): RolledDeployment {
  const metadata = { name: 'compass-sidecar', generation: 2 };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { replicas },
    status: { observedGeneration: 2, ...status },
  };
}

function pod(containerStatuses: readonly object[], more: object = {}): RolledPod {
  const status = { containerStatuses, ...more };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod-1' }, status } as unknown as RolledPod;
}

const STARTED = pod([{ name: 'sidecar', started: true, ready: false }]);
const UPDATED = { replicas: 1, updatedReplicas: 1 };
const waiting = (reason: string, message?: string) =>
  pod([{ name: 'sidecar', state: { waiting: { reason, message } }, lastState: { terminated: { reason: 'Error' } } }]);

const ended = (terminated: object) =>
  pod([
    {
      name: 'sidecar',
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' } },
      lastState: { terminated },
    },
  ]);
const restarted = (more: object) => {
  const lastState = { terminated: { reason: 'Error', exitCode: 2 } };
  return pod([{ name: 'sidecar', state: { running: {} }, lastState, ...more }]);
};
const LOG = [
  '{"level":"error","msg":"an earlier one"}',
  '{"level":"error","msg":"the sidecar cannot start","error":"APP_LOG_LEVEL is \\"loud\\""}',
  '{"level":"info","msg":"stopped"}',
].join('\n');

const ROWS: readonly (readonly [
  string,
  RolledDeployment | undefined,
  readonly RolledPod[],
  RolloutGoal,
  boolean,
  RegExp,
])[] = [
  ['is not there', undefined, [], 'ready', false, /the Deployment is not there/],
  ['was not looked at', deployment({ observedGeneration: 1 }), [], 'ready', false, /nobody has looked/],
  ['has no new Pod', deployment({ replicas: 1 }), [], 'ready', false, /^0 of 1 are new$/],
  [
    'has an old Pod',
    deployment({ replicas: 2, updatedReplicas: 1 }),
    [STARTED],
    'ready',
    false,
    /an old one is still there/,
  ],
  ['has old Pods', deployment({ replicas: 3, updatedReplicas: 1 }), [], 'ready', false, /2 old ones are still there/],
  ['is ready', deployment({ ...UPDATED, readyReplicas: 1 }), [], 'ready', true, /^1 of 1 ready$/],
  ['has started only', deployment(UPDATED), [STARTED], 'ready', false, /^0 of 1 ready$/],
  ['has started, which is enough', deployment(UPDATED), [STARTED], 'started', true, /^1 of 1 started$/],
  ['is ready, which is more', deployment({ ...UPDATED, readyReplicas: 1 }), [], 'started', true, /^1 of 1 started$/],
  ['is paused', deployment({}, 0), [], 'ready', true, /^0 of 0 ready$/],
  [
    'cannot pull',
    deployment(UPDATED),
    [waiting('ImagePullBackOff', 'no such image')],
    'started',
    false,
    /Pod pod-1: ImagePullBackOff, no such image/,
  ],
  [
    'ends again and again',
    deployment(UPDATED),
    [waiting('CrashLoopBackOff')],
    'started',
    false,
    /CrashLoopBackOff, Error/,
  ],
  [
    'says why it ends',
    deployment(UPDATED),
    [ended({ reason: 'Error', exitCode: 2, message: LOG })],
    'started',
    false,
    /Pod pod-1: CrashLoopBackOff, APP_LOG_LEVEL is "loud"$/,
  ],
  [
    'says something else when it ends',
    deployment(UPDATED),
    [ended({ reason: 'Error', exitCode: 2, message: 'rubbish' })],
    'started',
    false,
    /Pod pod-1: CrashLoopBackOff, exit code 2$/,
  ],
  [
    'runs for a moment between two ends',
    deployment(UPDATED),
    [restarted({ ready: false })],
    'ready',
    false,
    /Pod pod-1: restarted, exit code 2$/,
  ],
  [
    'ended once and is ready',
    deployment({ replicas: 2, updatedReplicas: 1 }),
    [restarted({ ready: true })],
    'ready',
    false,
    /still there$/,
  ],
  ['has just been started', deployment(UPDATED), [restarted({ lastState: {} })], 'ready', false, /^0 of 1 ready$/],
  [
    'has too little memory',
    deployment(UPDATED),
    [ended({ reason: 'OOMKilled', exitCode: 137 })],
    'started',
    false,
    /Pod pod-1: CrashLoopBackOff, OOMKilled$/,
  ],
  ['is being made', deployment(UPDATED), [waiting('ContainerCreating')], 'started', false, /^0 of 1 started$/],
  [
    'has no node',
    deployment(UPDATED),
    [pod([], { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }] })],
    'started',
    false,
    /0\/3 nodes are available/,
  ],
  [
    'may have no Pod',
    deployment({ conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' }] }),
    [],
    'started',
    false,
    /^0 of 1 are new: exceeded quota$/,
  ],
];

describe('a Deployment that', () => {
  for (const [name, given, pods, goal, isDone, text] of ROWS) {
    test(`${name} (${goal})`, () => {
      const rollout = judgeRollout(given, pods, goal);
      assert.equal(rollout.isDone, isDone);
      assert.match(rollout.text, text);
    });
  }

  test('has a Pod that ends counts only those that stay', () => {
    const ending = { ...STARTED, metadata: { ...STARTED.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    assert.equal(judgeRollout(deployment(UPDATED), [ending], 'started').isDone, false);
  });
});
