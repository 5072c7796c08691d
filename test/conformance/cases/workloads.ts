import assert from 'node:assert/strict';
import { until } from '../../cluster/until.ts';
import { type Case, expectCode, expectRefusal, MERGE, type World } from '../world.ts';

const APPS = 'apps/v1';
const labels = { app: 'd' };
const selector = { matchLabels: labels };
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i:1' }] } };

const workload = (kind: string, spec: object) => ({ apiVersion: APPS, kind, metadata: { name: 'w' }, spec });

const WORKLOADS = [
  { plural: 'deployments', object: workload('Deployment', { selector, template }), ready: { readyReplicas: 1 } },
  {
    plural: 'statefulsets',
    object: workload('StatefulSet', { serviceName: 's', selector, template }),
    ready: { readyReplicas: 1 },
  },
  { plural: 'daemonsets', object: workload('DaemonSet', { selector, template }), ready: { numberReady: 1 } },
];

/** A Pod that needs no token, once the namespace has the account that every Pod has. */
async function createPod({ post, get, at }: World, spec: object = {}) {
  await until('the account', async () => (await get(at('serviceaccounts', 'default'))).status === 200);
  const containers = [{ name: 'c', image: 'i:1' }];
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', labels },
    spec: { automountServiceAccountToken: false, containers, ...spec },
  };
  return expectCode(await post(at('pods'), body), 201);
}

/** Workloads, and the Pods that a kubelet runs. */
export const WORKLOAD_CASES: readonly Case[] = [
  {
    name: 'a StatefulSet has the defaults that its controller works by',
    async run({ post, at }) {
      const object = workload('StatefulSet', { serviceName: 's', selector, template });
      const { spec, status } = expectCode(await post(at('statefulsets', undefined, APPS), object), 201);
      const { podManagementPolicy, replicas, updateStrategy, revisionHistoryLimit } = spec;
      assert.deepEqual([podManagementPolicy, replicas, revisionHistoryLimit], ['OrderedReady', 1, 10]);
      assert.deepEqual(updateStrategy, { type: 'RollingUpdate', rollingUpdate: { partition: 0 } });
      assert.equal(spec.template.spec.terminationGracePeriodSeconds, 30);
      assert.equal(status.replicas, 0);
    },
  },
  {
    name: 'a DaemonSet has the defaults that its controller works by',
    async run({ post, at }) {
      const object = workload('DaemonSet', { selector, template });
      const { spec, status } = expectCode(await post(at('daemonsets', undefined, APPS), object), 201);
      assert.equal(spec.revisionHistoryLimit, 10);
      assert.equal(spec.updateStrategy.type, 'RollingUpdate');
      assert.equal(spec.updateStrategy.rollingUpdate.maxUnavailable, 1);
      assert.deepEqual([status.desiredNumberScheduled, status.numberReady], [0, 0]);
    },
  },
  {
    name: 'a StatefulSet keeps all but replicas, template and strategy',
    async run({ post, patch, at }) {
      const object = workload('StatefulSet', { serviceName: 's', selector, template });
      expectCode(await post(at('statefulsets', undefined, APPS), object), 201);
      const path = at('statefulsets', 'w', APPS);
      const scaled = expectCode(await patch(path, MERGE, { spec: { replicas: 2 } }), 200);
      assert.equal(scaled.metadata.generation, 2);
      const moved = await patch(path, MERGE, { spec: { serviceName: 'other' } });
      expectRefusal(moved, 422, 'Invalid', /updates to statefulset spec for fields other than/);
    },
  },
  ...WORKLOADS.map(({ plural, object, ready }) => ({
    name: `the status of ${plural} is written apart, and counts no generation`,
    async run({ post, patch, get, at }: World) {
      const { metadata } = expectCode(await post(at(plural, undefined, APPS), object), 201);
      assert.equal(metadata.generation, 1);
      const status = { observedGeneration: 1, replicas: 1, ...ready };
      const path = at(plural, 'w', APPS);
      expectCode(await patch(`${path}/status`, MERGE, { status, spec: { replicas: 7 } }), 200);
      const now = expectCode(await get(path), 200);
      assert.equal(now.metadata.generation, 1);
      assert.equal(now.status.observedGeneration, 1);
      assert.notEqual(now.spec.replicas, 7);
      for (const [name, value] of Object.entries(ready)) assert.equal(now.status[name], value);
    },
  })),
  {
    name: 'the status of a Pod is written apart, and shown as kubectl shows it',
    needs: 'controllers',
    async run(world) {
      const { patch, get, at } = world;
      await createPod(world);
      const container = { name: 'c', ready: true, restartCount: 3, image: 'i:1', imageID: '' };
      const status = {
        phase: 'Running',
        podIP: '10.0.0.9',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [{ ...container, state: { running: { startedAt: '2026-11-22T11:00:00Z' } } }],
      };
      expectCode(await patch(`${at('pods', 'p')}/status`, MERGE, { status }), 200);
      const now = expectCode(await get(at('pods', 'p')), 200);
      assert.equal(now.status.phase, 'Running');
      assert.equal(now.status.conditions[0].status, 'True');
      const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
      const { rows } = expectCode(await get(at('pods', 'p'), { accept }), 200);
      assert.deepEqual(rows[0].cells.slice(0, 3), ['p', '1/1', 'Running']);
      const waiting = { containerStatuses: [{ ...container, state: { waiting: {} } }] };
      expectCode(await patch(`${at('pods', 'p')}/status`, MERGE, { status: waiting }), 200);
      assert.equal(expectCode(await get(at('pods', 'p'), { accept }), 200).rows[0].cells[1], '0/1');
    },
  },
  {
    name: 'whoever scales workloads is listed, where the server knows the kind',
    async run({ get, at }) {
      const answer = await get(at('horizontalpodautoscalers', undefined, 'autoscaling/v2'));
      // Since 1.23.
      if (answer.status === 404) return;
      const { kind, items } = expectCode(answer, 200);
      assert.deepEqual([kind, items], ['HorizontalPodAutoscalerList', []]);
    },
  },
  {
    name: 'Pods are listed by their labels, and the log of one that waits is empty or refused',
    needs: 'controllers',
    async run(world) {
      const { get, at } = world;
      const { metadata } = await createPod(world);
      const { items } = expectCode(await get(`${at('pods')}?labelSelector=app%3Dd`), 200);
      assert.deepEqual(
        items.map(({ metadata: { uid } }: { metadata: { uid: string } }) => uid),
        [metadata.uid],
      );
      const log = await get(`${at('pods', 'p')}/log`);
      assert.ok([200, 204].includes(log.status), log.text);
      assert.equal(log.text, '');
    },
  },
  {
    name: 'the proxy to a Pod leads nowhere without the Pod, and without its address',
    needs: 'controllers',
    async run(world) {
      const { get, at } = world;
      const path = (name: string) => `${at('pods', encodeURIComponent(name))}/proxy/metrics`;
      expectRefusal(await get(path('none:8090')), 404, 'NotFound', /pods "none" not found/);
      await createPod(world);
      expectRefusal(await get(path('p:8090')), 400, 'BadRequest', /address not allowed/);
    },
  },
  {
    name: 'a Pod on no node goes at once',
    needs: 'controllers',
    async run(world) {
      await createPod(world);
      expectCode(await world.delete(world.at('pods', 'p')), 200);
      expectCode(await world.get(world.at('pods', 'p')), 404);
    },
  },
  {
    name: 'a Pod on a node is marked, and goes when its kubelet deletes it without grace',
    needs: 'controllers',
    async run(world) {
      const { get, patch, at } = world;
      await createPod(world, { nodeName: 'node', terminationGracePeriodSeconds: 60 });
      const marked = expectCode(await world.delete(at('pods', 'p')), 200);
      assert.equal(marked.metadata.deletionGracePeriodSeconds, 60);
      const status = { conditions: [{ type: 'Ready', status: 'False' }] };
      expectCode(await patch(`${at('pods', 'p')}/status`, MERGE, { status }), 200);
      const { metadata } = expectCode(await get(at('pods', 'p')), 200);
      assert.ok(Date.parse(metadata.deletionTimestamp) > Date.parse(metadata.creationTimestamp) + 50_000);
      const options = { gracePeriodSeconds: 0, preconditions: { uid: metadata.uid } };
      expectCode(await world.delete(at('pods', 'p'), options), 200);
      expectCode(await get(at('pods', 'p')), 404);
    },
  },
  {
    name: 'a Pod whose owner is gone is marked for its kubelet',
    needs: 'controllers',
    async run(world) {
      const { post, get, at } = world;
      const owner = expectCode(await post(at('daemonsets', undefined, APPS), WORKLOADS[2]?.object), 201);
      const { metadata } = await createPod(world, { nodeName: 'node' });
      const reference = { apiVersion: APPS, kind: 'DaemonSet', name: 'w', uid: owner.metadata.uid, controller: true };
      expectCode(await world.patch(at('pods', 'p'), MERGE, { metadata: { ownerReferences: [reference] } }), 200);
      expectCode(await world.delete(at('daemonsets', 'w', APPS)), 200);
      await until('it is marked', async () => {
        const answer = await get(at('pods', 'p'));
        return answer.json.metadata.uid === metadata.uid && answer.json.metadata.deletionTimestamp;
      });
      expectCode(await world.delete(at('pods', 'p'), { gracePeriodSeconds: 0 }), 200);
    },
  },
];
