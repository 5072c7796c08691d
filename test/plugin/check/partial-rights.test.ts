import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DEPLOYMENT, type KubeObject } from '#common/cluster/objects.ts';
import type { CheckDocument } from '../../../plugin/check/document.ts';
import { startTestCluster, type TestCluster } from '../../cluster/start-test-cluster.ts';
import { may, somebodyWith } from '../grant.ts';
import { putConnection, putReport } from '../put-report.ts';
import { runHere } from '../run-plugin.ts';
import { HEALTHY } from '../sample-reports.ts';

const CONNECTIONS = 'compass.kyma-project.io/compassconnections';

/** The findings of the category `agent`, by somebody with these rights, as `name: message`, with their status. */
async function findings(
  cluster: TestCluster,
  rules: Parameters<typeof somebodyWith>[1],
  ...args: readonly string[]
): Promise<Map<string, string[]>> {
  const env = { KUBECONFIG: await somebodyWith(cluster, rules) };
  const { stdout, stderr } = await runHere(['check', ...args, '--category', 'agent', '-o', 'json'], env);
  const { results } = JSON.parse(stdout) as CheckDocument;
  assert.ok(results.length > 0, stderr);
  const byStatus = Map.groupBy(results, ({ status }) => status);
  return new Map([...byStatus].map(([status, of]) => [status, of.map(({ name, message }) => `${name}: ${message}`)]));
}

async function installed(t: TestContext): Promise<TestCluster> {
  const cluster = await startTestCluster(t, { crds: 'field' });
  await putReport(cluster, HEALTHY);
  await putConnection(cluster, 'Synchronized');
  return cluster;
}

test('check says of Deployments and of the report that they may not be read, not that there are none', async (t) => {
  const found = await findings(await installed(t), [may('get list', CONNECTIONS)]);
  const skipped = found.get('skipped')?.join('\n') ?? '';
  assert.match(skipped, /^deployment: not permitted: list deployments\.apps in namespace compass-system$/m);
  assert.match(skipped, /^foreign: not permitted: list deployments\.apps$/m);
  assert.match(skipped, /^check: not asked: not permitted: get configmaps in namespace compass-system$/m);
  assert.doesNotMatch([...found.values()].flat().join('\n'), /no sidecar has reported/);
});

test('check does not ask on a CompassConnection that it may not read, and does not say that there is none', async (t) => {
  const found = await findings(await installed(t), [may('get', 'configmaps')]);
  const skipped = found.get('skipped')?.join('\n') ?? '';
  assert.match(skipped, /^check: not asked: not permitted: list compassconnections/m);
  assert.doesNotMatch(skipped, /there is no CompassConnection/);
});

test('check --pre does not say that there is no sidecar where it may not look', async (t) => {
  const found = await findings(await installed(t), [may('list', 'nodes')], '--pre');
  assert.match(found.get('skipped')?.join('\n') ?? '', /^present: not permitted: list configmaps$/m);
  assert.doesNotMatch([...found.values()].flat().join('\n'), /no sidecar here yet/);
});

test('check does not conclude from a report that it may not read that another agent keeps the connection', async (t) => {
  const cluster = await installed(t);
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'a', image: 'a' }] } };
  await cluster.cluster.create<KubeObject & { spec: object }>(DEPLOYMENT, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'compass-runtime-agent', namespace: 'compass-system' },
    spec: { replicas: 1, selector: { matchLabels: { app: 'a' } }, template },
  });
  const found = await findings(cluster, [may('get list', CONNECTIONS), may('list', 'apps/deployments')]);
  assert.match(
    found.get('skipped')?.join('\n') ?? '',
    /^foreign: compass-runtime-agent runs in namespace compass-system; whether a sidecar does, too, is not permitted: get conf/m,
  );
  assert.doesNotMatch([...found.values()].flat().join('\n'), /kept by|take each other's/);
});
