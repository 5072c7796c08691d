import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { formatTime } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { clusterAt } from '#common/cluster/connect.ts';
import { CONFIG_MAP, NAMESPACE } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { SIDECAR_LABELS } from '#common/resources/names.ts';
import { REPORT_KEY, type Report } from '#common/resources/report.ts';
import { concurrently } from '#common/sync/concurrently.ts';
import { buildProgram } from '../../.scripts/build.ts';
import { ADMIN } from '../cluster/control-plane.ts';
import { installCrd, readCrds } from '../cluster/crds.ts';
import { endpointOf } from '../cluster/endpoint-of.ts';
import { writeKubeconfig } from '../cluster/kubeconfig.ts';
import { borrowControlPlane } from '../cluster/targets.ts';
import { HEALTHY, NOW } from '../plugin/sample-reports.ts';

const REPORT = { namespace: 'compass-system', name: 'compass-connection-report' };

/** A cluster with a healthy connection, and a PATH with the built plugin as kubectl finds it. */
interface BenchWorld extends AsyncDisposable {
  readonly env: NodeJS.ProcessEnv;
  /** Has so many Applications in the cluster and in the report. */
  holdApplications(count: number): Promise<void>;
}

export async function startBenchWorld(): Promise<BenchWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-bench-'));
  const path = await putPrograms(folder);
  const plane = await borrowControlPlane(process.env['COMPASS_TEST_TARGET'] ?? 'genuine');
  const proof = await plane.proofFor(ADMIN);
  const cluster = clusterAt(endpointOf(plane.server, plane.ca, proof), { userAgent: 'compass-bench' });
  for (const definition of await readCrds('field')) await installCrd(cluster, definition);
  await putConnection(cluster);
  let present = 0;
  return {
    env: { PATH: path, HOME: folder, KUBECONFIG: await asYaml(await writeKubeconfig(plane, proof)), LANG: 'C.UTF-8' },
    async holdApplications(count) {
      const missing = Array.from({ length: count - present }, (_, index) => `app-${present + index}`);
      await concurrently(missing, 16, (name) => putApplication(cluster, name));
      present = count;
      await putReport(cluster, count);
    },
    async [Symbol.asyncDispose]() {
      cluster.close();
      await plane.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** As kubectl itself writes it, which is what people have. */
async function asYaml(kubeconfigPath: string): Promise<string> {
  const args = ['config', 'view', '--raw', '--kubeconfig', kubeconfigPath];
  await writeFile(kubeconfigPath, execFileSync('kubectl', args), { mode: 0o600 });
  return kubeconfigPath;
}

async function putPrograms(folder: string): Promise<string> {
  await buildProgram('plugin', folder);
  const bin = join(folder, 'bin');
  // The caches lie in ~/.kube, where there is one.
  await Promise.all([mkdir(bin), mkdir(join(folder, '.kube'))]);
  await symlink(join(folder, 'plugin', 'main.js'), join(bin, 'kubectl-compass'));
  await symlink(process.execPath, join(bin, 'node'));
  return [bin, dirname(process.execPath), process.env['PATH']].join(delimiter);
}

async function putConnection(cluster: Cluster): Promise<void> {
  const day = (days: number) => formatTime(Date.now() + days * 86_400_000);
  const { apiVersion, kind } = COMPASS_CONNECTION;
  const connection: CompassConnection = {
    apiVersion,
    kind,
    metadata: { name: 'compass-connection' },
    spec: { managementInfo: { connectorUrl: 'https://connector.example', directorUrl: 'https://director.example' } },
    status: {
      connectionState: 'Synchronized',
      connectionStatus: { certificateStatus: { acquired: day(-1), notBefore: day(-1), notAfter: day(89) } },
    },
  };
  await cluster.create(COMPASS_CONNECTION, connection);
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: REPORT.namespace } });
}

async function putApplication(cluster: Cluster, name: string): Promise<void> {
  const { apiVersion, kind } = APPLICATION;
  const application: Application = { apiVersion, kind, metadata: { name }, spec: { labels: {}, services: [] } };
  await cluster.create(APPLICATION, application);
}

async function putReport(cluster: Cluster, count: number): Promise<void> {
  const report: Report = {
    ...HEALTHY,
    applications: { listed: count, present: count, inSync: count, failed: 0, held: 0, secrets: count },
  };
  const metadata = { ...REPORT, labels: SIDECAR_LABELS };
  const data = { [REPORT_KEY]: JSON.stringify(asOfNow(report)) };
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
  await cluster.apply(CONFIG_MAP, map, { fieldManager: 'compass-bench', force: true });
}

/** A sample report as if it had been written now. */
function asOfNow(report: Report): Report {
  const shiftMs = Date.now() - NOW;
  return JSON.parse(JSON.stringify(report), (key, value) =>
    typeof value === 'string' && key !== 'message' && /^\d{4}-\d\d-\d\dT/.test(value)
      ? formatTime(Date.parse(value) + shiftMs)
      : value,
  );
}
