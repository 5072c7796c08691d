import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { NAMESPACE, SECRET } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { startTestCluster, type TestCluster } from '../../cluster/start-test-cluster.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Credential, pair } from '../../simulator/tests/pair.ts';
import { type PluginResult, runHere } from '../run-plugin.ts';

/** A cluster that is connected to a Compass, as its sidecar left it when it was taken away. */
export interface DirectScene {
  readonly simulator: Simulator;
  readonly cluster: TestCluster;
  readonly caFile: string;
  readonly credential: Credential;
  /** `diff --direct` with the roots of Compass, as the administrator or whose kubeconfig is given. */
  diff(args?: readonly string[], kubeconfigPath?: string): Promise<PluginResult>;
  putSecret(name: string, stringData: Readonly<Record<string, string>>): Promise<void>;
}

export async function startDirectScene(t: TestContext): Promise<DirectScene> {
  const starting = startSimulator({ switches: { rateLimitPerMinute: 0 } });
  const folder = await mkdtemp(join(tmpdir(), 'compass-direct-'));
  t.after(async () => {
    await (await starting).close();
    await rm(folder, { recursive: true, force: true });
  });
  const [simulator, cluster] = await Promise.all([starting, startTestCluster(t, { crds: 'field' })]);
  simulator.switches.runtimeScopes.push('application.auths:read');
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, simulator.caPem);
  for (const name of ['compass-system', 'kyma-system']) {
    await cluster.cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const { urls, runtimeId, tenant } = simulator;
  const managementInfo = { connectorUrl: urls.connector, directorUrl: urls.director };
  const connection = {
    apiVersion: COMPASS_CONNECTION.apiVersion,
    kind: COMPASS_CONNECTION.kind,
    metadata: { name: 'compass-connection' },
    spec: { managementInfo },
    status: { connectionState: 'Synchronized', connectionStatus: { certificateStatus: {} } },
  };
  await cluster.cluster.create(COMPASS_CONNECTION, connection);

  const putSecret: DirectScene['putSecret'] = async (name, stringData) => {
    const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'compass-system' }, stringData };
    await cluster.cluster.apply(SECRET, object, { fieldManager: 'test', force: true });
  };
  const credential = await pair(simulator);
  await putSecret('cluster-client-certificates', {
    crt: credential.cert,
    key: credential.key,
    crtChain: credential.cert,
  });
  await putSecret('compass-agent-configuration', {
    CONNECTOR_URL: urls.connector,
    RUNTIME_ID: runtimeId,
    TENANT: tenant,
  });
  return {
    simulator,
    cluster,
    caFile,
    credential,
    diff: (args = [], kubeconfigPath = cluster.kubeconfigPath) =>
      runHere(['diff', '--direct', '--compass-ca', caFile, ...args], { KUBECONFIG: kubeconfigPath }),
    putSecret,
  };
}
