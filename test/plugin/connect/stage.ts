import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import type { Report } from '#common/resources/report.ts';
import { startTestCluster, type TestCluster } from '../../cluster/start-test-cluster.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { putReport } from '../put-report.ts';
import { type PluginResult, runHere, runPlugin } from '../run-plugin.ts';
import { condition, HEALTHY } from '../sample-reports.ts';

export const CONFIGURATION = { namespace: 'compass-system', name: 'compass-agent-configuration' };

/** A sidecar that has found no configuration yet. */
export const WAITING: Report = {
  schemaVersion: 'v1',
  generation: 1,
  connection: 'compass-connection',
  state: 'ConnectionFailed',
  conditions: [condition('Connected', 'False', 'ConfigurationMissing', 'there is no configuration')],
  token: 'none',
};

/** One that is connected, as the Runtime of the simulator. */
export function connected(simulator: Simulator, more: Partial<Report> = {}): Report {
  return { ...HEALTHY, runtimeId: simulator.runtimeId, tenant: simulator.tenant, ...more };
}

export interface Stage {
  readonly cluster: TestCluster;
  readonly simulator: Simulator;
  readonly folder: string;
  /** For commands that need a file of roots. */
  readonly caFile: string;
  plugin(args: readonly string[], input?: string): Promise<PluginResult>;
  /** The same by the built program. */
  built(args: readonly string[], input?: string): Promise<PluginResult>;
  /** A file with this content. */
  file(name: string, content: string): Promise<string>;
  /** The values of the configuration Secret, and who wrote them. */
  configuration(): Promise<{ values: Record<string, string>; managers: readonly (string | undefined)[] } | undefined>;
  putConfiguration(values: Readonly<Record<string, string>>, more?: Partial<Secret>): Promise<void>;
}

/** A Compass and a cluster, with the report of a sidecar that is not there: what it would do is for the test to write. */
export async function startStage(t: TestContext, report?: Report | ((simulator: Simulator) => Report)): Promise<Stage> {
  const cluster = await startTestCluster(t, { crds: 'field' });
  const simulator = await startSimulator();
  const folder = await mkdtemp(join(tmpdir(), 'compass-stage-'));
  t.after(async () => {
    await simulator[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  if (report) await putReport(cluster, typeof report === 'function' ? report(simulator) : report);
  else {
    const metadata = { name: 'compass-system' };
    await cluster.cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata });
  }
  const file = async (name: string, content: string) => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  const caFile = await file('ca.pem', simulator.caPem);
  const env = { KUBECONFIG: cluster.kubeconfigPath };
  return {
    cluster,
    simulator,
    folder,
    caFile,
    file,
    plugin: (args, input) => runHere([...args, '--compass-ca', caFile], env, input),
    built: (args, input) => runPlugin([...args, '--compass-ca', caFile], env, input),
    async configuration() {
      const secret = await cluster.cluster.find<Secret>({ kind: SECRET, ...CONFIGURATION });
      if (!secret) return undefined;
      const entries = Object.entries(secret.data ?? {});
      return {
        values: Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()])),
        managers: (secret.metadata.managedFields ?? []).map(({ manager }) => manager),
      };
    },
    async putConfiguration(values, more = {}) {
      const entries = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
      const data: Record<string, string> = Object.fromEntries(entries);
      await cluster.cluster.create<Secret>(SECRET, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: CONFIGURATION,
        data,
        ...more,
      });
    },
  };
}
