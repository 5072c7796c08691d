import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { CUSTOM_RESOURCE_DEFINITION, DEPLOYMENT, type KubeObject, NAMESPACE } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { definitionName } from '../../plugin/install/definitions.ts';
import { CHART_FOLDER, renderChart } from '../chart/render-chart.ts';
import { startTestCluster } from '../cluster/start-test-cluster.ts';
import { findArtefact } from './artefacts.ts';
import { goProgram, HELM } from './go-program.ts';

const helm = goProgram(HELM);
const hasApiServer = process.env['KUBEBUILDER_ASSETS'] !== undefined;
const noApiServer = hasApiServer ? false : 'KUBEBUILDER_ASSETS names no API server, and Helm wants a whole one';
const skip = 'missing' in helm ? helm.missing : noApiServer;

const SIDECAR = { kind: DEPLOYMENT, namespace: 'compass-system', name: 'compass-sidecar' };
const DEFINITION = { kind: CUSTOM_RESOURCE_DEFINITION, name: definitionName(COMPASS_CONNECTION) };

interface Scaled extends KubeObject {
  readonly spec: { readonly replicas: number };
}

test('Helm installs, upgrades and uninstalls the packed chart, and leaves the definitions', { skip }, async (t) => {
  const { cluster, kubeconfigPath, kubectl } = await startTestCluster(t, { crds: 'none', target: 'genuine' });
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kyma-system' } });
  const chart = findArtefact('chart/*.tgz');
  const runHelm = async (...args: readonly string[]) => {
    assert.ok('path' in helm);
    const all = [...args, '--namespace', SIDECAR.namespace, '--kubeconfig', kubeconfigPath];
    return (await promisify(execFile)(helm.path, all)).stdout;
  };

  const notes = await runHelm('install', 'compass', chart, '--create-namespace');
  assert.match(notes, /^ {2}kubectl compass connect --token-stdin --runtime-id ID --namespace compass-system$/m);
  for (const { kind, metadata } of renderChart().objects) {
    const where = metadata.namespace === undefined ? [] : ['--namespace', metadata.namespace];
    const { code, stderr, stdout } = await kubectl(['get', kind, metadata.name, '-o', 'json', ...where]);
    assert.equal(code, 0, stderr);
    const { labels = {} } = (JSON.parse(stdout) as KubeObject).metadata;
    assert.deepEqual(
      labels,
      { ...metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' },
      `${kind} ${metadata.name}`,
    );
  }
  assert.ok(await cluster.find(DEFINITION));

  await runHelm('upgrade', 'compass', CHART_FOLDER, '--set', 'replicas=2');
  assert.equal((await cluster.get<Scaled>(SIDECAR)).spec.replicas, 2);

  await runHelm('uninstall', 'compass');
  assert.equal(await cluster.find(SIDECAR), undefined);
  assert.ok(await cluster.find(DEFINITION));
});
