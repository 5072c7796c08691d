import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { readSecrets, renderSecrets, SECRETS_KEY } from '#common/resources/published-secrets.ts';
import { NO_KUBECTL } from '../../cluster/kubectl.ts';
import type { TestCluster } from '../../cluster/start-test-cluster.ts';
import { DEPLOY_FOLDER } from '../../sidecar/deploy/render.ts';
import { changeReport } from '../put-report.ts';
import { runPlugin } from '../run-plugin.ts';
import { soon, startHere } from '../start-here.ts';
import { ORDERS_SECRET, REPORT } from './landscape.ts';
import { withLandscape } from './scene.ts';

const REF = { kind: CONFIG_MAP, name: 'compass-connection-secrets', namespace: 'compass-system' };
const DAY_MS = 86_400_000;

const ORDERS = {
  name: ORDERS_SECRET,
  createdAt: new Date(Date.now() - 9 * DAY_MS).toISOString(),
  rotatedAt: new Date(Date.now() - 2 * DAY_MS).toISOString(),
  fingerprint: 'beef'.repeat(8),
};

/** What the sidecar publishes; with a limit, only the first Secret has room. */
function published(namespace = 'kyma-system', limitBytes?: number): string {
  const last = { ...ORDERS, name: 'z'.repeat(60) };
  return renderSecrets(namespace, new Map([ORDERS, last].map((secret) => [secret.name, secret])), limitBytes);
}

/** A cluster with the rights of the manifests, and a member of compass-viewers. */
async function asViewer(t: TestContext) {
  const { cluster } = await withLandscape(t);
  const rights = `${DEPLOY_FOLDER}/rights/people.yaml`;
  const { code, stderr } = await cluster.kubectl(['apply', '--server-side', '-f', rights]);
  assert.equal(code, 0, stderr);
  const { kubeconfigPath } = await cluster.as({ name: 'viewer', groups: ['compass-viewers'] });
  return { cluster, kubeconfigPath };
}

async function publish({ cluster }: TestCluster, text: string): Promise<void> {
  const { kind, name, namespace } = REF;
  const configMap: ConfigMap = {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: { name, namespace },
    data: { [SECRETS_KEY]: text },
  };
  await cluster.create(CONFIG_MAP, configMap);
}

/** The built plugin of a viewer, where this is published. */
async function viewerSees(t: TestContext, text: string | undefined) {
  const { cluster, kubeconfigPath } = await asViewer(t);
  if (text !== undefined) await publish(cluster, text);
  return (args: string) => runPlugin(args.split(' '), { KUBECONFIG: kubeconfigPath });
}

test('a viewer sees ages and fingerprints as of the last synchronization, without a right to any Secret', {
  skip: NO_KUBECTL,
}, async (t) => {
  const run = await viewerSees(t, published());
  const { code, stdout, stderr } = await run('get secrets -o wide');
  assert.equal(code, 0, stderr);
  assert.match(stdout, new RegExp(`^${ORDERS_SECRET} +present +2d +9d +orders +credentials +OAuth +(beef){8} `, 'm'));
  assert.match(stdout, /^leaving-\S+ +missing +- +- +leaving /m);
  assert.match(stderr, /not permitted: list secrets in namespace kyma-system; shown as of the last synchronization\n/);
  assert.doesNotMatch(stderr, /ask:/);

  const document = JSON.parse((await run(`get secret ${ORDERS_SECRET} -o json`)).stdout);
  const { state, rotatedAt, fingerprint, metadata } = document;
  const seconds = (time: string) => `${time.slice(0, 19)}Z`;
  assert.deepEqual([state, fingerprint], ['present', ORDERS.fingerprint]);
  assert.equal(rotatedAt, seconds(ORDERS.rotatedAt));
  assert.equal(document.published, true);
  assert.deepEqual(metadata, {
    name: ORDERS_SECRET,
    namespace: 'kyma-system',
    creationTimestamp: seconds(ORDERS.createdAt),
  });

  assert.match((await run('get apps -o wide')).stdout, /^orders .* 2d +beefbeefbeef$/m);
  const described = await run('describe app orders');
  assert.match(described.stdout, /^ +Credentials: +OAuth, Secret orders-\S+ \(rotated 2d ago\)$/m);
  assert.match(described.stdout, /^Secrets \(in kyma-system, as of the last synchronization\):$/m);
  assert.doesNotMatch(described.stderr, /not permitted/);
  assert.deepEqual(JSON.parse((await run('describe app orders -o json')).stdout).notPermitted, []);

  const selected = await run('get secrets -l app=orders');
  assert.equal(selected.code, 4, 'labels are not published');
  assert.match(selected.stderr, /not permitted: list secrets/);
});

test('of a list that was cut, what is not in it is not permitted to know, and not missing', {
  skip: NO_KUBECTL,
}, async (t) => {
  const text = published('kyma-system', 250);
  assert.deepEqual([readSecrets(text)?.isCut, readSecrets(text)?.secrets.size], [true, 1]);
  const run = await viewerSees(t, text);
  const { stdout, stderr } = await run('get secrets');
  assert.match(stdout, new RegExp(`^${ORDERS_SECRET} +present +2d +9d$`, 'm'));
  assert.match(stdout, /^leaving-\S+ +not permitted +- +-$/m);
  assert.match(stderr, /most are shown as of the last synchronization; ask: kubectl auth can-i list secrets/);
  const described = await run('describe app leaving -o json');
  assert.equal(JSON.parse(described.stdout).notPermitted[0].resource, 'secrets');
});

for (const [title, text] of [
  ['where a sidecar publishes nothing', undefined],
  ['where what is published cannot be read', '{"secrets":"all"}'],
  ['where what is published is of another namespace', published('elsewhere')],
] as const) {
  test(`${title}, Secrets are not permitted to a viewer`, { skip: NO_KUBECTL }, async (t) => {
    const run = await viewerSees(t, text);
    const { code, stdout, stderr } = await run('get secrets');
    assert.equal(code, 0);
    assert.match(stdout, /^orders-\S+ +not permitted +- +-$/m);
    assert.doesNotMatch(stdout, /missing|present/);
    assert.match(stderr, /ask: kubectl auth can-i list secrets -n kyma-system/);
  });
}

test('what the sidecar could not write anew is not shown to a viewer, and said to be so', {
  skip: NO_KUBECTL,
}, async (t) => {
  const { cluster, kubeconfigPath } = await asViewer(t);
  await publish(cluster, published());
  await changeReport(cluster, { ...REPORT, secretsUnpublished: 'cannot patch configmaps' });
  const { stdout, stderr } = await runPlugin(['get', 'secrets'], { KUBECONFIG: kubeconfigPath });
  assert.match(stdout, /^orders-\S+ +not permitted +- +-$/m);
  assert.match(stderr, /the sidecar could not publish what it knows \(cannot patch configmaps\); ask: kubectl auth/);
});

test('with -w, what the next synchronization publishes is shown', { skip: NO_KUBECTL }, async (t) => {
  const { cluster, kubeconfigPath } = await asViewer(t);
  const run = startHere(t, ['get', 'secrets', ORDERS_SECRET, '-w', '--no-headers'], { kubeconfigPath });
  await soon('it is listed', () => run.lines().length === 1);
  assert.match(run.lines()[0] ?? '', /not permitted/);
  await publish(cluster, published());
  await changeReport(cluster, { ...REPORT, lastSync: '2026-12-31T00:00:00Z' });
  await soon('it is shown', () => run.lines().length === 2);
  assert.match(run.lines()[1] ?? '', /present +2d +9d$/);
});
