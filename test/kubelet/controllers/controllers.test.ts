import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, PodSpec, Workload } from '../pod.ts';
import { planDaemonSet } from './daemon-set.ts';
import { planDeployment } from './deployment.ts';
import { type Plan, podOf, templateHash } from './pods-of.ts';
import { planStatefulSet } from './stateful-set.ts';

const NOW_MS = Date.parse('2026-11-22T12:00:00Z');
const SINCE = '2026-11-22T11:59:00Z';

const spec: PodSpec = { containers: [{ name: 'c', image: 'new' }] };

function workload(more: Partial<Workload['spec']> = {}): Workload {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'w', namespace: 'n', uid: 'u', generation: 3 },
    spec: { replicas: 1, selector: {}, template: { spec }, ...more },
  };
}

const OLD: Partial<Workload['spec']> = { template: { spec: { containers: [{ name: 'c', image: 'old' }] } } };

/** `new+`: a Pod of the template, ready; `old-`: one of the template before, not ready; `new!`: one that ends. */
function podsOf(of: Workload, label: (of: Workload) => Readonly<Record<string, string>>, states: readonly string[]) {
  return states.map((state, at): Pod => {
    const from = state.startsWith('old') ? { ...of, spec: { ...of.spec, ...OLD } } : of;
    const pod = podOf(of, `w-${at}`, label(from));
    const ending = state.endsWith('!') ? { deletionTimestamp: SINCE } : {};
    const ready = { type: 'Ready', status: state.endsWith('+') ? 'True' : 'False', lastTransitionTime: SINCE };
    return { ...pod, metadata: { ...pod.metadata, ...ending }, status: { conditions: [ready] } };
  });
}

const told = ({ create, remove }: Plan) => ({
  create: create.length,
  remove: remove.map(({ metadata }) => metadata.name),
});

const rolling = (maxUnavailable: number | string, maxSurge: number | string) => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge } },
});

const hashed = ({ spec: { template } }: Workload) => ({ 'pod-template-hash': templateHash(template) });

test('a Deployment keeps as many as it must while it makes the new ones', () => {
  const one = rolling(0, 1);
  for (const [said, states, create, remove] of [
    [one, [], 1, []],
    [one, ['old+'], 1, []],
    [one, ['old+', 'new-'], 0, []],
    [one, ['old+', 'new+'], 0, ['w-0']],
    [one, ['old!', 'new+'], 0, []],
    [{ ...one, replicas: 3 }, ['old+', 'old+', 'old+'], 1, []],
    [{ ...one, replicas: 3 }, ['old+', 'old-', 'old+', 'new+'], 0, ['w-1']],
    [{ ...one, replicas: 0 }, ['new+', 'old+'], 0, ['w-1', 'w-0']],
    [{ ...rolling('50%', '0%'), replicas: 4 }, ['old+', 'old+', 'old+', 'old+'], 0, ['w-0', 'w-1']],
    [{ ...rolling(0, 1), minReadySeconds: 120 }, ['old+', 'new+'], 0, []],
    [{ strategy: { type: 'Recreate' } }, ['old+'], 0, ['w-0']],
    [{ strategy: { type: 'Recreate' } }, ['old!'], 0, []],
    [{ strategy: { type: 'Recreate' } }, [], 1, []],
  ] as const) {
    const of = workload(said);
    const pods = podsOf(of, hashed, states);
    const plan = planDeployment({ workload: of, pods, failure: undefined, nowMs: NOW_MS });
    assert.deepEqual(told(plan), { create, remove: [...remove] }, `${JSON.stringify(said)} ${states.join()}`);
  }
});

test('a rollout is late when nothing has changed for as long as it may take, and done when all are available', () => {
  const of = workload({ ...rolling(0, 1), progressDeadlineSeconds: 30 });
  const look = (workloadNow: Workload, states: readonly string[], nowMs: number) => {
    const pods = podsOf(of, hashed, states);
    return planDeployment({ workload: workloadNow, pods, failure: undefined, nowMs }).status;
  };
  const reasonOf = (status: Workload['status']) =>
    status?.conditions?.find(({ type }) => type === 'Progressing')?.reason;
  const first = look(of, ['old+', 'new-'], NOW_MS);
  assert.equal(reasonOf(first), 'ReplicaSetUpdated');
  const late = look({ ...of, status: first }, ['old+', 'new-'], NOW_MS + 31_000);
  assert.equal(reasonOf(late), 'ProgressDeadlineExceeded');
  assert.equal(reasonOf(look({ ...of, status: late }, ['old+', 'new-'], NOW_MS + 32_000)), 'ProgressDeadlineExceeded');
  assert.equal(reasonOf(look({ ...of, status: late }, ['new+'], NOW_MS + 33_000)), 'NewReplicaSetAvailable');
});

test('a StatefulSet goes up in order, and makes the last one anew first', () => {
  const label = (of: Workload) => ({ 'controller-revision-hash': `w-${templateHash(of.spec.template)}` });
  for (const [said, states, create, remove] of [
    [{ replicas: 2 }, [], 1, []],
    [{ replicas: 2 }, ['new-'], 0, []],
    [{ replicas: 2 }, ['new+'], 1, []],
    [{ replicas: 2, podManagementPolicy: 'Parallel' }, [], 2, []],
    [{ replicas: 2 }, ['old+', 'old+'], 0, ['w-1']],
    [{ replicas: 2 }, ['old+', 'new-'], 0, []],
    [{ replicas: 2 }, ['old+', 'new+'], 0, ['w-0']],
    [{ replicas: 2 }, ['old+', 'old!'], 0, []],
    [{ replicas: 1 }, ['new+', 'new+'], 0, ['w-1']],
    [{ replicas: 2, updateStrategy: { type: 'OnDelete' } }, ['old+', 'old+'], 0, []],
    [{ replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } }, ['old+', 'new+'], 0, []],
  ] as const) {
    const of = workload(said);
    const pods = podsOf(of, label, states);
    const plan = planStatefulSet({ workload: of, pods, failure: undefined, nowMs: NOW_MS });
    assert.deepEqual(told(plan), { create, remove: [...remove] }, `${JSON.stringify(said)} ${states.join()}`);
  }
});

test('a DaemonSet has one Pod on the node, and a new one when the old one is gone', () => {
  const label = (of: Workload) => ({ 'controller-revision-hash': templateHash(of.spec.template) });
  for (const [states, create, remove] of [
    [[], 1, []],
    [['old+'], 0, ['w-0']],
    [['old!'], 0, []],
    [['new+'], 0, []],
  ] as const) {
    const of = workload();
    const pods = podsOf(of, label, states);
    const plan = planDaemonSet({ workload: of, pods, failure: undefined, nowMs: NOW_MS });
    assert.deepEqual(told(plan), { create, remove: [...remove] }, states.join());
  }
});
