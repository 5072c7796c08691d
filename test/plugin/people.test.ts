import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CONFIG_MAP, NAMESPACE, SECRET } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { SIDECAR_LABELS } from '#common/resources/names.ts';
import { REPORT_KEY } from '#common/resources/report.ts';
import { parseRequest } from '#common/resources/requests.ts';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { startTestCluster } from '../cluster/start-test-cluster.ts';
import { DEPLOY_FOLDER } from '../sidecar/deploy/render.ts';
import { runHere } from './run-plugin.ts';
import { HEALTHY, NOW } from './sample-reports.ts';

const NAME = 'compass-connection';

/** A sample report as if it had been written just now. */
function asOfNow(report: string): string {
  const shift = (time: string) => new Date(Date.parse(time) - NOW + Date.now()).toISOString().replace(/\.\d+/, '');
  return report.replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, shift);
}

/** A cluster with the manifests, a connection and its report; and the plugin as somebody of a group. */
async function install(t: TestContext) {
  const admin = await startTestCluster(t, { crds: 'ours' });
  await admin.cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kyma-system' } });
  const { code, stderr } = await admin.kubectl(['apply', '--server-side', '-k', DEPLOY_FOLDER]);
  assert.equal(code, 0, stderr);
  const connection = {
    apiVersion: COMPASS_CONNECTION.apiVersion,
    kind: COMPASS_CONNECTION.kind,
    metadata: { name: NAME },
    spec: { managementInfo: { connectorUrl: '', directorUrl: '' } },
  };
  await admin.cluster.create<CompassConnection>(COMPASS_CONNECTION, connection as CompassConnection);
  const metadata = { name: `${NAME}-report`, namespace: 'compass-system', labels: SIDECAR_LABELS };
  const data = { [REPORT_KEY]: asOfNow(JSON.stringify(HEALTHY)) };
  await admin.cluster.create(CONFIG_MAP, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data } as never);
  const as = async (group: string) => {
    const { kubeconfigPath, cluster } = await admin.as({ name: `a member of ${group}`, groups: [group] });
    return { cluster, plugin: (...args: string[]) => runHere(args, { KUBECONFIG: kubeconfigPath }) };
  };
  return { admin, as };
}

test('a viewer sees the status, and what may not be asked says which right is missing', {
  skip: NO_KUBECTL,
}, async (t) => {
  const { admin, as } = await install(t);
  const { plugin, cluster } = await as('compass-viewers');
  const status = await plugin('status');
  assert.equal(status.code, 0, status.stdout + status.stderr);
  assert.match(status.stdout, /Healthy/);

  const sync = await plugin('sync', '--no-wait', '-o', 'json');
  assert.equal(sync.code, 4, sync.stdout);
  assert.match(sync.stdout, /patch compassconnections/);
  const { metadata } = await admin.cluster.get<CompassConnection>({ kind: COMPASS_CONNECTION, name: NAME });
  assert.equal(metadata.annotations, undefined);
  const shown = await plugin('cert', 'show');
  assert.match(shown.stdout + shown.stderr, /not permitted: get secrets/);
  assert.doesNotMatch(shown.stdout, /missing/);
  await assert.rejects(
    cluster.get({ kind: SECRET, namespace: 'compass-system', name: 'compass-agent-configuration' }),
    /cannot get secrets/,
  );
});

test('an operator asks for a synchronization, and reads no credential', { skip: NO_KUBECTL }, async (t) => {
  const { admin, as } = await install(t);
  const { plugin, cluster } = await as('compass-operators');
  const { code, stdout, stderr } = await plugin('sync', '--no-wait');
  assert.equal(code, 0, stderr);
  const { metadata, spec } = await admin.cluster.get<CompassConnection>({ kind: COMPASS_CONNECTION, name: NAME });
  const asked = parseRequest('sync', metadata.annotations?.['compass.kyma-project.io/sync'] ?? '');
  assert.ok(asked && stdout.includes(asked.id), stdout);
  assert.equal(spec.resyncNow, true);
  await assert.rejects(
    cluster.get({ kind: SECRET, namespace: 'compass-system', name: 'cluster-client-certificates' }),
    /cannot get secrets/,
  );
});

test('somebody in no group sees nothing, and is told which right is missing', { skip: NO_KUBECTL }, async (t) => {
  const { as } = await install(t);
  const { plugin } = await as('somebody-else');
  const { code, stdout } = await plugin('status', '-o', 'json');
  assert.equal(code, 4);
  assert.match(stdout, /cannot list compassconnections/);
});
