import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import type { Crds } from '../cluster/crds.ts';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { startTestCluster, type TestCluster } from '../cluster/start-test-cluster.ts';
import { until } from '../cluster/until.ts';
import { type Simulator, startSimulator } from '../simulator/simulator.ts';
import { type SidecarProcess, startSidecar } from './sidecar-process.ts';

export interface WorldOptions {
  readonly crds?: Exclude<Crds, 'none'>;
  /** Settings beside those that point the sidecar to this world. */
  readonly env?: Readonly<Record<string, string>>;
  readonly simulator?: Parameters<typeof startSimulator>[0];
}

/** Compass, a cluster and a sidecar that is to bring them together; nothing is a mock, and all of it is gone after the test. */
export interface World {
  readonly simulator: Simulator;
  readonly cluster: TestCluster;
  /** The CA that Compass is known by, in PEM. */
  readonly caFile: string;
  /** Writes the configuration Secret with a fresh token, or with what is given; the token it wrote. */
  configure(values?: Readonly<Record<string, string>>): Promise<string>;
  /** Starts it from source, or by what Node is given, or by what another program is given that becomes it. */
  start(env?: Readonly<Record<string, string>>, command?: readonly string[], program?: string): SidecarProcess;
  /** The CompassConnection as kubectl prints it, where there is one. */
  connection(): Promise<CompassConnection>;
  /** Waits until the CompassConnection is in this state, and what `also` says holds too. */
  reaches(state: string, also?: (connection: CompassConnection) => boolean): Promise<CompassConnection>;
  /** A Secret's values, decoded; undefined where there is no such Secret. */
  secret(namespace: string, name: string): Promise<Readonly<Record<string, string>> | undefined>;
}

export const CONFIGURATION = { namespace: 'compass-system', name: 'compass-agent-configuration' };
export const CLIENT = { namespace: 'compass-system', name: 'cluster-client-certificates' };
export const CONNECTION = { kind: COMPASS_CONNECTION, name: 'compass-connection' };
export const CA = { namespace: 'istio-system', name: 'ca-certificates' };

const DEADLINE_MS = 90_000;

export async function startWorld(t: TestContext, options: WorldOptions = {}): Promise<World> {
  const cluster = await startTestCluster(t, { crds: options.crds ?? 'ours' });
  const simulator = await startSimulator({ ...options.simulator });
  const folder = await mkdtemp(join(tmpdir(), 'compass-world-'));
  const sidecars: SidecarProcess[] = [];
  t.after(async () => {
    await Promise.all(sidecars.map((sidecar) => sidecar.kill()));
    await simulator[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  const caFile = join(folder, 'compass-ca.pem');
  await writeFile(caFile, simulator.caPem);
  for (const name of ['compass-system', 'kyma-system', 'istio-system']) {
    await cluster.cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  const connection = async () => {
    if (NO_KUBECTL) return cluster.cluster.get<CompassConnection>(CONNECTION);
    const { stdout, stderr, code } = await cluster.kubectl([
      'get',
      'compassconnection',
      'compass-connection',
      '-o',
      'json',
    ]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as CompassConnection;
  };

  return {
    simulator,
    cluster,
    caFile,
    connection,
    async configure(values) {
      const { token } = simulator.requestToken();
      const { runtimeId, tenant, urls } = simulator;
      const stringData = {
        CONNECTOR_URL: urls.connector,
        RUNTIME_ID: runtimeId,
        TENANT: tenant,
        TOKEN: token,
        ...values,
      };
      const object = { apiVersion: 'v1', kind: 'Secret', metadata: CONFIGURATION, stringData };
      await cluster.cluster.apply(SECRET, object, { fieldManager: 'operator', force: true });
      return stringData.TOKEN;
    },
    start(env, command, program) {
      const settings = {
        KUBECONFIG: cluster.kubeconfigPath,
        APP_COMPASS_CA_BUNDLE: caFile,
        POD_NAMESPACE: 'compass-system',
        APP_AGENT_CONFIGURATION_SECRET: 'compass-system/compass-agent-configuration',
        APP_CLUSTER_CERTIFICATES_SECRET: 'compass-system/cluster-client-certificates',
        APP_CONTROLLER_SYNC_PERIOD: '1s',
        APP_MINIMAL_COMPASS_SYNC_TIME: '200ms',
        APP_KEY_SIZE: '2048',
        APP_HEALTH_PORT: '0',
        APP_LOG_LEVEL: 'debug',
        ...options.env,
        ...env,
      };
      const sidecar = startSidecar(settings, command, program);
      sidecars.push(sidecar);
      return sidecar;
    },
    async reaches(state, also = () => true) {
      let last: CompassConnection | undefined;
      try {
        return await until(
          `the CompassConnection is ${state}`,
          async () => {
            last = await cluster.cluster.find<CompassConnection>(CONNECTION);
            const isThere = (seen: CompassConnection) => seen.status?.connectionState === state && also(seen);
            if (!last || !isThere(last)) return false;
            // What counts is what kubectl prints, unless the state has passed on meanwhile.
            const printed = await connection();
            return isThere(printed) && printed;
          },
          DEADLINE_MS,
        );
      } catch (error) {
        const tail = sidecars.at(-1)?.output().split('\n').slice(-15).join('\n');
        throw new Error(`not ${state}, but ${JSON.stringify(last?.status)}\nlog:\n${tail}`, { cause: error });
      }
    },
    async secret(namespace, name) {
      const secret = await cluster.cluster.find<Secret>({ kind: SECRET, namespace, name });
      const entries = Object.entries(secret?.data ?? {});
      return (
        secret && Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))
      );
    },
  };
}
