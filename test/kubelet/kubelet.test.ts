import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DEPLOYMENT, type Kind, POD } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { DAEMON_SET, STATEFUL_SET } from '../../plugin/inject/live/kinds.ts';
import { readLog } from '../../plugin/logs/read.ts';
import { startTestCluster } from '../cluster/start-test-cluster.ts';
import { until } from '../cluster/until.ts';
import { type Kubelet, startKubelet } from './kubelet.ts';
import type { Pod, PodSpec, Workload } from './pod.ts';

const NAMESPACE = 'default';
const LABELS = { app: 'sample' };

/** Prints what it is told to by its environment, and ends with 7 at SIGTERM. */
const PROGRAM = `
  console.log('started', process.env.SAMPLE, process.env.FROM);
  process.on('SIGTERM', () => { console.log('ending'); process.exit(7); });
  if (process.env.SERVE) require('http').createServer((_, r) => r.end()).listen(Number(process.env.SERVE), '127.0.0.1');
  setInterval(() => {}, 1000);
`;
const IMAGES = {
  sample: [process.execPath, '-e', PROGRAM],
  broken: [process.execPath, '-e', 'console.log("no good"); process.exit(3)'],
  gone: 'missing',
} as const;

async function world(t: TestContext) {
  const api = await startTestCluster(t);
  const account = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`;
  await until('the account of every Pod', async () => (await api.request('GET', account)).status === 200);
  const kubelet = await startKubelet(t, api, { images: IMAGES });
  const create = (kind: Kind, spec: object) =>
    api.cluster.create(kind, {
      apiVersion: 'apps/v1',
      kind: kind.kind,
      metadata: { name: 'w', namespace: NAMESPACE },
      spec,
    } as never);
  const get = (kind: Kind) => api.cluster.get<Workload>({ kind, namespace: NAMESPACE, name: 'w' });
  const patch = (kind: Kind, spec: object) =>
    api.cluster.mergePatch({ kind, namespace: NAMESPACE, name: 'w' }, { spec });
  const pods = async () => {
    const found: Pod[] = [];
    for await (const { items } of api.cluster.listPages<Pod>(POD, { namespace: NAMESPACE })) found.push(...items);
    return found;
  };
  return { api, kubelet, create, get, patch, pods };
}

const template = (spec: Partial<PodSpec> & Pick<PodSpec, 'containers'>, labels = LABELS) => ({
  metadata: { labels },
  spec: { terminationGracePeriodSeconds: 20, ...spec },
});

const deployment = (spec: PodSpec, replicas = 1) => ({
  replicas,
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
  selector: { matchLabels: LABELS },
  template: template(spec),
});

const ours = (kubelet: Kubelet) => kubelet.pods(NAMESPACE, LABELS);

function conditionOf(workload: Workload, type: string) {
  return workload.status?.conditions?.find((condition) => condition.type === type);
}

test('a Deployment becomes a process with the variables of its template, whose log is read, and ends by SIGTERM', async (t) => {
  const { api, kubelet, create, get, patch, pods } = await world(t);
  const env = [
    { name: 'SAMPLE', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'FROM', value: '/data/of/$(SAMPLE)' },
  ];
  const volumeMounts = [{ name: 'data', mountPath: '/data' }];
  await create(
    DEPLOYMENT,
    deployment({
      containers: [{ name: 'c', image: 'sample:1', env, volumeMounts }],
      volumes: [{ name: 'data', emptyDir: {} }],
    }),
  );
  const done = await until('it is rolled out', async () => {
    const workload = await get(DEPLOYMENT);
    return workload.status?.['availableReplicas'] === 1 && workload;
  });
  const { observedGeneration, updatedReplicas, readyReplicas, replicas } = done.status ?? {};
  assert.deepEqual([observedGeneration, updatedReplicas, readyReplicas, replicas], [1, 1, 1, 1]);
  await until(
    'it says so',
    async () => conditionOf(await get(DEPLOYMENT), 'Progressing')?.reason === 'NewReplicaSetAvailable',
  );
  assert.equal(conditionOf(await get(DEPLOYMENT), 'Available')?.status, 'True');

  const [running] = ours(kubelet);
  assert.ok(running);
  const { name } = running;
  const line = `started ${name} ${running.volume('data')}/of/${name}`;
  await until('it has printed', () => Promise.resolve(running.lines('c').includes(line)));
  const read: string[] = [];
  const place = { pod: name, namespace: NAMESPACE, container: 'c' };
  for await (const { text } of readLog(api.cluster, place, {}, t.signal)) read.push(text);
  assert.deepEqual(read, [line]);

  const { pid = 0 } = running.container('c');
  await patch(DEPLOYMENT, { replicas: 0 });
  await until('the Pod is gone', async () => (await pods()).length === 0);
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  assert.equal(running.lines('c').at(-1), 'ending');
  assert.equal(running.container('c').exitCode, 7);
});

test('a rollout keeps the old Pod until the new one is ready, and for good where it never is', async (t) => {
  const { kubelet, create, get, patch, pods } = await world(t);
  await create(DEPLOYMENT, deployment({ containers: [{ name: 'c', image: 'sample:1' }] }));
  await until('it is there', async () => (await get(DEPLOYMENT)).status?.['availableReplicas'] === 1);
  const [first] = ours(kubelet);
  await patch(DEPLOYMENT, {
    progressDeadlineSeconds: 1,
    template: template({ containers: [{ name: 'c', image: 'gone:1' }] }),
  });
  const late = await until('it is late', async () => {
    const workload = await get(DEPLOYMENT);
    return conditionOf(workload, 'Progressing')?.reason === 'ProgressDeadlineExceeded' && workload;
  });
  const { observedGeneration, updatedReplicas, availableReplicas } = late.status ?? {};
  assert.deepEqual([observedGeneration, updatedReplicas, availableReplicas], [2, 1, 1]);
  assert.ok(ours(kubelet).includes(first as never));
  const waiting = (await pods()).flatMap(({ status }) => JSON.stringify(status).match(/ImagePullBackOff/) ?? []);
  assert.equal(waiting.length, 1);

  await patch(DEPLOYMENT, { template: template({ containers: [{ name: 'c', image: 'sample:2' }] }) });
  await until('one new Pod is left', async () => {
    const { status = {} } = await get(DEPLOYMENT);
    const isDone = status['updatedReplicas'] === 1 && status['replicas'] === 1 && status['availableReplicas'] === 1;
    return isDone && ours(kubelet).length === 1 && !ours(kubelet).includes(first as never);
  });
});

test('readiness is what the probe says, and a program that ends is started again', async (t) => {
  const { kubelet, create, get, patch } = await world(t);
  const ports = [{ name: 'web', containerPort: 8080 }];
  const readinessProbe = { httpGet: { path: '/', port: 'web' } };
  const container = { name: 'c', image: 'sample', ports, readinessProbe };
  await create(DEPLOYMENT, deployment({ containers: [container] }));
  await until('it runs', () => Promise.resolve(ours(kubelet)[0]?.lines('c').length === 1));
  assert.equal((await get(DEPLOYMENT)).status?.['readyReplicas'] ?? 0, 0);
  const env = [{ name: 'SERVE', value: '8080' }];
  await patch(DEPLOYMENT, { template: template({ containers: [{ ...container, env }] }) });
  await until('it is ready', async () => (await get(DEPLOYMENT)).status?.['readyReplicas'] === 1);

  await patch(DEPLOYMENT, { replicas: 0 });
  await until('all is gone', () => Promise.resolve(ours(kubelet).length === 0));
  await patch(DEPLOYMENT, { replicas: 1, template: template({ containers: [{ name: 'c', image: 'broken' }] }) });
  const running = await until('it is started again', () =>
    Promise.resolve(ours(kubelet).find((pod) => pod.container('c').restartCount > 1)),
  );
  assert.ok(running.lines('c').length > 1);
});

test('a Pod waits for the Secret that it names, and a workload for its account', async (t) => {
  const { api, kubelet, create, get } = await world(t);
  const env = [{ name: 'SAMPLE', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }];
  await create(
    DEPLOYMENT,
    deployment({ serviceAccountName: 'robot', containers: [{ name: 'c', image: 'sample', env }] }),
  );
  const failed = await until('it says so', async () => conditionOf(await get(DEPLOYMENT), 'ReplicaFailure'));
  assert.match(
    failed.message ?? '',
    /error looking up service account default\/robot: serviceaccount "robot" not found/,
  );
  const metadata = { name: 'robot' };
  await api.request('POST', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, {
    body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
  });
  await until('the Pod waits', () =>
    Promise.resolve(JSON.stringify(ours(kubelet)[0]?.status()).includes('secret \\"s\\" not found')),
  );
  const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { k: 'a value' } };
  assert.equal((await api.request('POST', `/api/v1/namespaces/${NAMESPACE}/secrets`, { body })).status, 201);
  await until('it runs', () => Promise.resolve(ours(kubelet)[0]?.lines('c')[0]?.startsWith('started a value')));
  assert.equal(conditionOf(await get(DEPLOYMENT), 'ReplicaFailure'), undefined);
});

test('the members of a StatefulSet start in order, and are made anew from the last to the first', async (t) => {
  const { create, get, patch, pods } = await world(t);
  await create(STATEFUL_SET, {
    replicas: 2,
    serviceName: 's',
    selector: { matchLabels: LABELS },
    template: template({ containers: [{ name: 'c', image: 'idle:1' }] }),
  });
  await until('both are ready', async () => (await get(STATEFUL_SET)).status?.['readyReplicas'] === 2);
  const [before, after] = await pods();
  assert.deepEqual([before?.metadata.name, after?.metadata.name], ['w-0', 'w-1']);
  await patch(STATEFUL_SET, { template: template({ containers: [{ name: 'c', image: 'idle:2' }] }) });
  const seen: (string | undefined)[] = [];
  await until('both are new', async () => {
    const images = (await pods()).map(({ spec }) => spec.containers[0]?.image);
    if (JSON.stringify(images) !== JSON.stringify(seen.at(-1))) seen.push(JSON.stringify(images));
    const { status = {} } = await get(STATEFUL_SET);
    return status['observedGeneration'] === 2 && status['updatedReplicas'] === 2 && status['readyReplicas'] === 2;
  });
  assert.ok(!seen.includes('["idle:2","idle:1"]'), seen.join());
  const { status } = await get(STATEFUL_SET);
  assert.equal(status?.['currentRevision'], status?.['updateRevision']);
});

test('a DaemonSet has one Pod on the one node, and it goes with its owner', async (t) => {
  const { api, create, get, patch, pods } = await world(t);
  await create(DAEMON_SET, {
    selector: { matchLabels: LABELS },
    template: template({ containers: [{ name: 'c', image: 'idle:1' }] }),
  });
  const isDone = async (generation: number) => {
    const { status = {} } = await get(DAEMON_SET);
    const { observedGeneration, numberReady, updatedNumberScheduled } = status;
    return observedGeneration === generation && numberReady === 1 && updatedNumberScheduled === 1;
  };
  await until('it is ready', () => isDone(1));
  await patch(DAEMON_SET, { template: template({ containers: [{ name: 'c', image: 'idle:2' }] }) });
  await until('it is ready again', () => isDone(2));
  assert.deepEqual(
    (await pods()).map(({ spec }) => spec.containers[0]?.image),
    ['idle:2'],
  );
  if (!api.hasControllers) return;
  await api.cluster.delete({ kind: DAEMON_SET, namespace: NAMESPACE, name: 'w' });
  await until('the Pod is gone', async () => (await pods()).length === 0);
});

test('a native sidecar runs beside the others, where the server keeps what makes it one', async (t) => {
  const { api, kubelet, create, get, patch, pods } = await world(t);
  const native = { name: 'side', image: 'sample', restartPolicy: 'Always' };
  const trial = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { initContainers: [native], containers: [{ name: 'c', image: 'i' }] },
  };
  const { json } = await api.request('POST', `/api/v1/namespaces/${NAMESPACE}/pods?dryRun=All`, { body: trial });
  if (json.spec.initContainers[0].restartPolicy === undefined) return t.skip('this server has no native sidecars');
  await create(DEPLOYMENT, deployment({ initContainers: [native], containers: [{ name: 'c', image: 'sample' }] }));
  await until('both are ready', async () => (await get(DEPLOYMENT)).status?.['readyReplicas'] === 1);
  const [running] = ours(kubelet);
  const texts: string[] = [];
  for await (const { text } of readLog(
    api.cluster,
    { pod: running?.name ?? '', namespace: NAMESPACE, container: 'side' },
    {},
    t.signal,
  ))
    texts.push(text);
  assert.equal(texts.length, 1);
  await patch(DEPLOYMENT, { replicas: 0 });
  await until('the Pod is gone', async () => (await pods()).length === 0);
  assert.equal(running?.container('side').exitCode, 7);
});

test('a Pod that is deleted without grace is killed', async (t) => {
  const { api, kubelet, create, get } = await world(t);
  await create(DEPLOYMENT, deployment({ containers: [{ name: 'c', image: 'sample' }] }));
  await until('it is there', async () => (await get(DEPLOYMENT)).status?.['availableReplicas'] === 1);
  const [running] = ours(kubelet);
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/${running?.name}`;
  await api.request('DELETE', path, { body: { gracePeriodSeconds: 0 } });
  await until('another runs', () => Promise.resolve(ours(kubelet).some((pod) => pod !== running)));
  await until('it has ended', () => Promise.resolve(running?.hasEnded));
  await assert.rejects(api.cluster.get({ kind: POD, namespace: NAMESPACE, name: running?.name ?? '' }), (error) =>
    hasReason(error, 'ClusterNotFound'),
  );
});
