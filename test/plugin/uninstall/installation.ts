import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { formatTime } from '#common/clock.ts';
import { CONFIG_MAP, DEPLOYMENT, type KubeObject, NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { MANAGED_BY_LABEL, MANAGED_BY_VALUE, SIDECAR_LABELS } from '#common/resources/names.ts';
import { REPORT_KEY } from '#common/resources/report.ts';
import { parseRequest } from '#common/resources/requests.ts';
import { kindOf } from '../../../plugin/install/kinds.ts';
import { installationObjects } from '../../../plugin/install/manifests.ts';
import { DEFAULT_VALUES } from '../../../plugin/install/values.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { until } from '../../cluster/until.ts';
import { runHere } from '../run-plugin.ts';

export const NAME = 'compass-connection';
export const HERE = 'compass-system';
export const SIDECAR = { kind: DEPLOYMENT, namespace: HERE, name: 'compass-sidecar' };
export const CLIENT = { kind: SECRET, namespace: HERE, name: 'cluster-client-certificates' };
export const CONFIGURATION = { kind: SECRET, namespace: HERE, name: 'compass-agent-configuration' };
export const REPORT = { kind: CONFIG_MAP, namespace: HERE, name: `${NAME}-report` };
export const CONNECTION = { kind: COMPASS_CONNECTION, name: NAME };

/** An installation without anybody who runs it, with what a sidecar has left of its work. */
export async function startInstallation(t: TestContext) {
  const api = await startTestCluster(t);
  const { cluster, kubeconfigPath } = api;
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kyma-system' } });
  const plugin = (...args: string[]) => runHere(args, { KUBECONFIG: kubeconfigPath });
  const installed = await plugin('install', '--no-wait');
  assert.equal(installed.code, 0, installed.stderr);
  const putSecret = ({ namespace, name }: typeof CLIENT, keys: readonly string[]) =>
    cluster.create<Secret>(SECRET, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace, name },
      data: Object.fromEntries(keys.map((key) => [key, 'c2VjcmV0'])),
    });
  await putSecret(CLIENT, ['crt', 'key', 'crtChain']);
  await putSecret(CONFIGURATION, ['CONNECTOR_URL', 'RUNTIME_ID', 'TENANT', 'mine']);
  const { apiVersion, kind } = COMPASS_CONNECTION;
  const spec = { managementInfo: { connectorUrl: '', directorUrl: '' } };
  await cluster.create(COMPASS_CONNECTION, { apiVersion, kind, metadata: { name: NAME }, spec } as CompassConnection);
  const at = (hours: number) => formatTime(Date.now() + hours * 3_600_000);
  const report = (more: object) =>
    JSON.stringify({
      schemaVersion: 'v1',
      connection: NAME,
      identity: { notBefore: at(-1), notAfter: at(2), renewAt: at(1) },
      ...more,
    });
  const { name, namespace } = REPORT;
  const metadata = { name, namespace, labels: SIDECAR_LABELS };
  await cluster.create(CONFIG_MAP, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { [REPORT_KEY]: report({}) },
  } as KubeObject);
  /** Answers a request to disconnect as a sidecar does. */
  const answer = async (result: object) => {
    const { id } = await until('it asks', async () => {
      const { metadata: of } = await cluster.get<CompassConnection>(CONNECTION);
      return parseRequest('disconnect', of.annotations?.['compass.kyma-project.io/disconnect'] ?? '');
    });
    const time = formatTime(Date.now());
    const requests = [{ verb: 'disconnect', id, accepted: time, finished: time, ...result }];
    await cluster.mergePatch(REPORT, { data: { [REPORT_KEY]: report({ requests }) } });
  };
  const putApplication = (called: string, annotations: Readonly<Record<string, string>>) =>
    cluster.create(APPLICATION, {
      apiVersion: APPLICATION.apiVersion,
      kind: APPLICATION.kind,
      metadata: { name: called, labels: { [MANAGED_BY_LABEL]: MANAGED_BY_VALUE }, annotations },
      spec: {
        description: '',
        services: [],
        compassMetadata: { applicationId: called, authentication: { clientIds: [called] } },
      },
    } as KubeObject);
  const present = async (object: KubeObject) => {
    const { name: called, namespace: where } = object.metadata;
    return (await cluster.find({ kind: kindOf(object), name: called, namespace: where })) !== undefined;
  };
  const left = async () => {
    const all = installationObjects(DEFAULT_VALUES);
    const there = await Promise.all(all.map(present));
    return all.filter((_, i) => there[i]).map(({ kind: of }) => of);
  };
  return { api, cluster, plugin, left, answer, putApplication, kubeconfigPath };
}
