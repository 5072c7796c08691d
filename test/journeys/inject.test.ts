import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENT, type Kind, type KubeObject, NAMESPACE, POD } from '#common/cluster/objects.ts';
import { conform } from '#common/resources/conform.ts';
import { list } from '../../plugin/connection/reading.ts';
import { isInjected, type Pod } from '../../plugin/connection/sidecar-pod.ts';
import { INJECT_RESULT_SCHEMA } from '../../plugin/schemas/injection-result.ts';
import { until } from '../cluster/until.ts';
import { startKubelet } from '../kubelet/kubelet.ts';
import { NEIGHBOUR_IMAGES, newsOf } from '../kubelet/sample-neighbour.ts';
import { startPlugin } from '../plugin/start-plugin.ts';
import { readFiles } from './neighbour-steps.ts';
import { CONNECTION, startWorld, type World } from './world.ts';

const SHOP = 'shop';
const ORDERS = { kind: DEPLOYMENT, name: 'orders', namespace: SHOP };
const LABELS = { app: 'orders' };
const PATIENCE_MS = 180_000;

const SERVICE_ACCOUNT: Kind = { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true };
const ROLE_BINDING: Kind = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  namespaced: true,
};

interface Deployed extends KubeObject {
  readonly spec: { readonly template: unknown };
}

/** A workload that calls the Director all the time, fifty calls at once, and has no way to it yet. */
async function deployOrders({ cluster: { cluster }, simulator }: World): Promise<void> {
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SHOP } });
  const account = { name: 'orders', namespace: SHOP };
  await cluster.create(SERVICE_ACCOUNT, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account });
  const variables = {
    CREDENTIALS_FOLDER: '/var/run/compass',
    PROXY_URL: 'http://127.0.0.1:8888/director/graphql',
    RUNTIME_ID: simulator.runtimeId,
    TENANT: simulator.tenant,
    AT_ONCE: '25',
    NOTIFY_PORT: '7070',
  };
  const container = {
    name: 'neighbour',
    image: 'neighbour',
    env: Object.entries(variables).map(([name, value]) => ({ name, value })),
    ports: [{ containerPort: 7070 }],
  };
  const template = { metadata: { labels: LABELS }, spec: { serviceAccountName: 'orders', containers: [container] } };
  const spec = { replicas: 1, selector: { matchLabels: LABELS }, template };
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: account, spec };
  await cluster.create(DEPLOYMENT, object as KubeObject);
}

test('inject gives a workload the credentials and a way to the Director, no call fails while they rotate, and eject takes both away', async (t) => {
  const world = await startWorld(t);
  const { cluster, target, kubeconfigPath } = world.cluster;
  // Fifty calls at once are more than a gateway lets through.
  world.simulator.switches.rateLimitPerMinute = 0;
  await world.configure();
  world.start();
  await world.reaches('Synchronized');
  await deployOrders(world);
  const before = (await cluster.get<Deployed>(ORDERS)).spec.template;
  const env = { APP_COMPASS_CA_BUNDLE: world.caFile };
  const kubelet = await startKubelet(t, world.cluster, { images: NEIGHBOUR_IMAGES, env });
  const plugin = async (...args: string[]) => {
    const place = ['--workload-namespace', SHOP, '--timeout', '3m', '-o', 'json'];
    const running = await startPlugin(t, [...args, ...place], { kubeconfigPath });
    const code = await running.done;
    assert.equal(code, 0, `${running.stderr()}\n${kubelet.problems.join('\n')}`);
    return JSON.parse(running.stdout());
  };

  const flags = ['--proxy-port', '8888', '--notify-url', 'http://127.0.0.1:7070/'];
  const injected = await plugin('inject', 'deployment/orders', ...flags);
  assert.deepEqual(conform(INJECT_RESULT_SCHEMA, injected), injected);
  assert.equal(injected.rollout, '1 of 1 Pods are ready');
  // The genuine server of the tests is older than init containers that keep running.
  assert.equal(injected.sidecar.native, target === 'embedded');
  const pods = await list<Pod>(cluster, POD, { namespace: SHOP });
  const name = pods.find((one) => one.metadata.deletionTimestamp === undefined && isInjected(one))?.metadata.name;
  const pod = kubelet.pod(SHOP, name ?? 'none');
  const goesOn = (what: string, isThere: (summary: NonNullable<ReturnType<typeof newsOf>['summary']>) => boolean) =>
    until(
      what,
      () => {
        const { summary } = newsOf(pod);
        return Promise.resolve(summary !== undefined && isThere(summary) && summary);
      },
      PATIENCE_MS,
    );
  const first = await goesOn('both ways are used', ({ files, proxy }) => files > 100 && proxy > 100);
  const { failures } = newsOf(pod);
  const set = readFiles(pod.volume('compass-credentials'));
  assert.equal(set?.connection.fingerprint, first.fingerprints[0]);

  await cluster.mergePatch(CONNECTION, { spec: { refreshCredentialsNow: true } });
  await goesOn('the new certificate is used', ({ fingerprints }) => fingerprints.length > 1);
  const { files, proxy } = await goesOn('it was told of it', ({ notified }) => notified > first.notified);
  await goesOn('more calls were made', (now) => now.files > files + 200 && now.proxy > proxy + 200);
  assert.deepEqual(newsOf(pod).failures.slice(failures.length), []);
  assert.notEqual(readFiles(pod.volume('compass-credentials'))?.key, set?.key);

  const again = await plugin('inject', 'deployment/orders', ...flags);
  assert.equal(again.workloads[0].action, 'unchanged');
  assert.equal(kubelet.pods(SHOP, LABELS).includes(pod), true, 'the Pod goes on');

  const ejected = await plugin('eject', 'deployment/orders');
  assert.equal(ejected.workloads[0].action, 'ejected');
  assert.deepEqual((await cluster.get<Deployed>(ORDERS)).spec.template, before);
  const binding = { kind: ROLE_BINDING, name: 'compass-reader:cluster-client-certificates:shop:orders' };
  assert.equal(await cluster.find({ ...binding, namespace: 'compass-system' }), undefined);
  await until('the old Pod is gone', () => Promise.resolve(!kubelet.pods(SHOP, LABELS).includes(pod)), PATIENCE_MS);
});
