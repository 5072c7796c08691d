import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Cluster } from '#common/cluster/cluster.ts';
import { clusterAt } from '#common/cluster/connect.ts';
import { NAMESPACE, SECRET } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { ADMIN } from '../../cluster/control-plane.ts';
import { installCrd, readCrds } from '../../cluster/crds.ts';
import { endpointOf } from '../../cluster/endpoint-of.ts';
import { startGenuine } from '../../cluster/genuine/start-genuine.ts';
import { writeKubeconfig } from '../../cluster/kubeconfig.ts';
import { DEPLOY_FOLDER } from '../../sidecar/deploy/render.ts';
import type { Found, RawObject } from './check-world.ts';
import { type SimulatorProcess, startSimulatorProcess } from './simulator-process.ts';

/** The sidecar's account, which priority and fairness see as in life; an administrator is exempt. */
const ACCOUNT = {
  name: 'system:serviceaccount:compass-system:compass-sidecar',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:compass-system', 'system:authenticated'],
};

/** A genuine API server and a Compass, each in processes of its own, for one case of the benchmark. */
export interface SyncBench extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly simulator: SimulatorProcess;
  readonly folder: string;
  /** The environment of a sidecar that is to keep this connection. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the API server writes down the sidecar's requests, one a line of JSON; empty unless asked for. */
  readonly auditLog: string;
  /** Stores a one-time token. */
  configure(): Promise<void>;
  /** Everything that the checker looks at. */
  found(): Promise<Found>;
}

export async function startSyncBench(options: { readonly audit?: boolean } = {}): Promise<SyncBench> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-bench-'));
  const auditLog = options.audit ? join(folder, 'audit.log') : '';
  const [plane, simulator] = await Promise.all([
    startGenuine(options.audit ? { audit: { log: auditLog, user: ACCOUNT.name } } : {}),
    startSimulatorProcess(),
  ]);
  const admin = await plane.proofFor(ADMIN);
  const cluster = clusterAt(endpointOf(plane.server, plane.ca, admin), { userAgent: 'compass-bench' });
  for (const definition of await readCrds('field')) await installCrd(cluster, definition);
  for (const name of ['compass-system', 'kyma-system', 'istio-system']) {
    await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const adminConfig = await writeKubeconfig(plane, admin);
  const rights = ['apply', '--server-side', '-f', join(DEPLOY_FOLDER, 'rights'), '--kubeconfig', adminConfig];
  await promisify(execFile)('kubectl', rights);
  const { site } = simulator;
  const account = await writeKubeconfig(plane, await plane.proofFor(ACCOUNT));
  return {
    cluster,
    simulator,
    folder,
    auditLog,
    env: {
      KUBECONFIG: account,
      POD_NAME: 'compass-sidecar-bench',
      POD_NAMESPACE: 'compass-system',
      APP_COMPASS_CA_BUNDLE: site.caFile,
      APP_AGENT_CONFIGURATION_SECRET: 'compass-system/compass-agent-configuration',
      APP_CLUSTER_CERTIFICATES_SECRET: 'compass-system/cluster-client-certificates',
      APP_KEY_SIZE: '2048',
      APP_HEALTH_PORT: '0',
    },
    async configure() {
      const { urls, runtimeId, tenant, token } = site;
      const metadata = { namespace: 'compass-system', name: 'compass-agent-configuration' };
      const stringData = { CONNECTOR_URL: urls.connector, RUNTIME_ID: runtimeId, TENANT: tenant, TOKEN: token };
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData };
      await cluster.apply(SECRET, secret, { fieldManager: 'compass-bench', force: true });
    },
    async found() {
      const applications: RawObject[] = [];
      const secrets: RawObject[] = [];
      for await (const { items } of cluster.listPages(APPLICATION, {})) applications.push(...(items as unknown as RawObject[]));
      const ofBundles = { namespace: 'kyma-system', labelSelector: 'bundleId' };
      for await (const { items } of cluster.listPages(SECRET, ofBundles)) secrets.push(...(items as unknown as RawObject[]));
      return { applications, secrets };
    },
    async [Symbol.asyncDispose]() {
      cluster.close();
      await Promise.all([plane.stop(), simulator[Symbol.asyncDispose]()]);
      await rm(folder, { recursive: true });
    },
  };
}
