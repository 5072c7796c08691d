import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Workload } from '../../../plugin/inject/live/kinds.ts';
import { heldRollout, judgeRollout } from '../../../plugin/inject/live/rollout.ts';

function workload(kind: string, spec: object, status: object): Workload {
  const metadata = { name: 'orders', generation: 2 };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata,
    spec: { template: {}, ...spec },
    status: { observedGeneration: 2, ...status },
  };
}

test('a rollout is done when all Pods are of the new template and ready', () => {
  const replicas = { replicas: 2 };
  const cases: readonly (readonly [string, object, object, boolean, RegExp])[] = [
    ['Deployment', replicas, { observedGeneration: 1 }, false, /nobody has looked/],
    ['Deployment', replicas, { updatedReplicas: 1, replicas: 3, availableReplicas: 2 }, false, /1 of 2 Pods are new/],
    ['Deployment', replicas, { updatedReplicas: 2, replicas: 3, availableReplicas: 2 }, false, /1 old Pod is still/],
    ['Deployment', replicas, { updatedReplicas: 2, replicas: 2, availableReplicas: 1 }, false, /1 of 2 Pods are ready/],
    ['Deployment', replicas, { updatedReplicas: 2, replicas: 2, availableReplicas: 2 }, true, /2 of 2/],
    ['Deployment', { replicas: 0 }, {}, true, /0 of 0/],
    ['Deployment', {}, { updatedReplicas: 1, replicas: 1, availableReplicas: 1 }, true, /1 of 1/],
    [
      'StatefulSet',
      replicas,
      { updatedReplicas: 1, readyReplicas: 2, currentRevision: 'a', updateRevision: 'b' },
      false,
      /1 of 2/,
    ],
    ['StatefulSet', replicas, { readyReplicas: 2, currentRevision: 'b', updateRevision: 'b' }, true, /2 of 2/],
    [
      'StatefulSet',
      { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
      { updatedReplicas: 1, readyReplicas: 3, currentRevision: 'a', updateRevision: 'b' },
      true,
      /3 of 3/,
    ],
    [
      'DaemonSet',
      {},
      { desiredNumberScheduled: 2, updatedNumberScheduled: 1, numberAvailable: 2 },
      false,
      /1 of 2 Pods are new/,
    ],
    [
      'DaemonSet',
      {},
      { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 },
      false,
      /1 of 2 Pods are ready/,
    ],
    ['DaemonSet', {}, { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 }, true, /2 of 2/],
  ];
  for (const [kind, spec, status, isDone, text] of cases) {
    const judged = judgeRollout(workload(kind, spec, status));
    assert.equal(judged.isDone, isDone, `${kind} ${JSON.stringify(status)}: ${judged.text}`);
    assert.match(judged.text, text);
  }
  assert.equal(judgeRollout(undefined).isDone, false);
});

test('a workload that replaces no Pod by itself is not waited for', () => {
  assert.match(heldRollout(workload('StatefulSet', { updateStrategy: { type: 'OnDelete' } }, {})) ?? '', /OnDelete/);
  assert.match(heldRollout(workload('Deployment', { paused: true }, {})) ?? '', /paused/);
  assert.equal(heldRollout(workload('DaemonSet', { updateStrategy: { type: 'RollingUpdate' } }, {})), undefined);
});
