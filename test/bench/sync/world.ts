import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Cluster } from '#common/cluster/cluster.ts';
import { clusterAt } from '#common/cluster/connect.ts';
import { type Kind, type KubeObject, NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { ADMIN } from '../../cluster/control-plane.ts';
import { installCrd, readCrds } from '../../cluster/crds.ts';
import { endpointOf } from '../../cluster/endpoint-of.ts';
import { startGenuine } from '../../cluster/genuine/start-genuine.ts';
import { writeKubeconfig } from '../../cluster/kubeconfig.ts';
import { DEPLOY_FOLDER } from '../../sidecar/deploy/render.ts';
import { differences, type Found, type RawObject } from './check-world.ts';
import { type SimulatorProcess, startSimulatorProcess } from './simulator-process.ts';

/** What each Application of the benchmark has: one Secret a bundle. */
export const LANDSCAPE = { bundles: 2, apis: 5 } as const;

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
  /** Whether it is as the checker says that it is to be: the first differences. */
  differences(): Promise<readonly string[]>;
  /** What a bare client needs, to speak as the sidecar's account. */
  readonly account: Account;
  /** The client certificate and key with which the sidecar speaks to Compass, once it is connected. */
  credentials(): Promise<{ readonly cert: string; readonly key: string }>;
}

interface Account {
  readonly server: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const SETTINGS = {
  gateway: 'http://central-application-gateway.kyma-system.svc.cluster.local:8082',
  connection: 'compass-connection',
};

/** `audit` makes the API server write down all that the sidecar asks it for. */
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
  const proof = await plane.proofFor(ACCOUNT);
  if (!('cert' in proof)) throw new Error('the account has no certificate');
  return {
    cluster,
    simulator,
    folder,
    auditLog,
    env: {
      KUBECONFIG: await writeKubeconfig(plane, proof),
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
    async credentials() {
      const ref = { kind: SECRET, namespace: 'compass-system', name: 'cluster-client-certificates' };
      const { data = {} } = (await cluster.find<Secret>(ref)) ?? {};
      const pem = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString();
      return { cert: pem('crtChain'), key: pem('key') };
    },
    differences: async () => differences(await simulator.applications(), await found(cluster), SETTINGS),
    account: { server: plane.server, ca: plane.ca, cert: proof.cert, key: proof.key },
    async [Symbol.asyncDispose]() {
      cluster.close();
      await Promise.all([plane.stop(), simulator[Symbol.asyncDispose]()]);
      await rm(folder, { recursive: true });
    },
  };
}

async function found(cluster: Cluster): Promise<Found> {
  const all = async (kind: Kind, options: object) => {
    const objects: RawObject[] = [];
    for await (const { items } of cluster.listPages<KubeObject & RawObject>(kind, options)) objects.push(...items);
    return objects;
  };
  return {
    applications: await all(APPLICATION, {}),
    secrets: await all(SECRET, { namespace: 'kyma-system', labelSelector: 'bundleId' }),
  };
}
