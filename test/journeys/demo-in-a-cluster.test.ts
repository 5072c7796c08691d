import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ObjectRef } from '#common/cluster/cluster.ts';
import {
  CONFIG_MAP,
  CUSTOM_RESOURCE_DEFINITION,
  EVENT,
  type Kind,
  type KubeObject,
  NAMESPACE,
  SECRET,
} from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { startTestCluster, type TestCluster } from '../cluster/start-test-cluster.ts';
import { until } from '../cluster/until.ts';

const MAIN = fileURLToPath(new URL('../demo/main.ts', import.meta.url));

/** The first thing that the controllers of a new cluster make. */
const DEFAULT_ACCOUNT: ObjectRef = {
  kind: { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true },
  namespace: 'default',
  name: 'default',
};

interface Ended {
  readonly code: number;
  readonly output: string;
}

function runDemo(cluster: Pick<TestCluster, 'kubeconfigPath'>, args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfigPath, NO_COLOR: '1', APP_KEY_SIZE: '2048' };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, '--once', ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
  });
}

/** What the controllers of a genuine cluster make in their own time. */
function isOfTheSystem({ metadata: { namespace, name } }: KubeObject): boolean {
  if (namespace === undefined) return /^(?:default|kube-.*)$/.test(name);
  return namespace.startsWith('kube-') || /^(?:kube-root-ca\.crt|default-token-.*)$/.test(name);
}

async function listAll({ cluster }: TestCluster, kind: Kind): Promise<KubeObject[]> {
  const found: KubeObject[] = [];
  for await (const { items } of cluster.listPages(kind)) found.push(...items);
  return found;
}

/** What is there to stay: a namespace that is terminating has gone, with all that is in it. */
async function inventory(cluster: TestCluster): Promise<string[]> {
  const namespaces = await listAll(cluster, NAMESPACE);
  const ending = namespaces.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  const gone = new Set(ending.map(({ metadata }) => metadata.name));
  const lines: string[] = [];
  for (const kind of [NAMESPACE, SECRET, CONFIG_MAP, EVENT, CUSTOM_RESOURCE_DEFINITION]) {
    for (const object of await listAll(cluster, kind)) {
      const { namespace, name, uid } = object.metadata;
      if (!isOfTheSystem(object) && !gone.has(namespace ?? name))
        lines.push(`${kind.kind} ${namespace}/${name} ${uid}`);
    }
  }
  return lines.toSorted();
}

test('the demo in a cluster without Compass ends with 0 and leaves it as it was', async (t) => {
  const cluster = await startTestCluster(t, { endsNamespaces: true });
  if (cluster.target === 'embedded') return t.skip('the embedded server is where the demo runs by itself');
  if (!cluster.hasControllers) return t.skip('nobody ends namespaces here');
  await until('the controllers work', () => cluster.cluster.find(DEFAULT_ACCOUNT));
  const before = await inventory(cluster);
  const { code, output } = await runDemo(cluster, ['--cluster', '--context', 'test']);
  assert.equal(code, 0, output);
  assert.match(output, /everything that the demo made in the cluster is removed/);
  assert.deepEqual(await inventory(cluster), before);
});

test('the demo keeps out of a cluster that has a CompassConnection', async (t) => {
  const cluster = await startTestCluster(t, { crds: 'field' });
  await cluster.cluster.create(COMPASS_CONNECTION, {
    apiVersion: COMPASS_CONNECTION.apiVersion,
    kind: COMPASS_CONNECTION.kind,
    metadata: { name: 'somebodys' },
    spec: { managementInfo: { connectorUrl: '', directorUrl: '' } },
  } as never);
  const before = await inventory(cluster);
  const { code, output } = await runDemo(cluster, ['--cluster', '--context', 'test']);
  assert.equal(code, 1);
  assert.match(output, /has the CompassConnection "somebodys"/);
  assert.deepEqual(await inventory(cluster), before);
});

test('the demo keeps out of a cluster that has an Application from Compass', async (t) => {
  const cluster = await startTestCluster(t, { crds: 'field' });
  const application = {
    apiVersion: APPLICATION.apiVersion,
    kind: APPLICATION.kind,
    metadata: { name: 'somebodys' },
    spec: { compassMetadata: { applicationId: 'a', authentication: { clientIds: [] } }, services: [] },
  };
  await cluster.cluster.create(APPLICATION, application);
  const { code, output } = await runDemo(cluster, ['--cluster', '--context', 'test']);
  assert.equal(code, 1);
  assert.match(output, /has the Application "somebodys" from Compass/);
});

test('the demo never guesses the cluster', async () => {
  const { code, output } = await runDemo({ kubeconfigPath: '' }, ['--cluster']);
  assert.equal(code, 1);
  assert.match(output, /--cluster needs --context NAME/);
});
