import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '#common/cluster/cluster.ts';
import { clusterAt } from '#common/cluster/connect.ts';
import { type Authority, createAuthority } from '../certificates.ts';
import { ADMIN, type ControlPlane } from '../control-plane.ts';
import { endpointOf } from '../endpoint-of.ts';
import { writeKubeconfig } from '../kubeconfig.ts';
import { until } from '../until.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { compactEtcd } from './compact-etcd.ts';
import { freePorts } from './ports.ts';
import { resetCluster } from './reset.ts';
import { Supervised } from './supervised.ts';

/** The controllers that the tests lean on; the names of 1.20, which later releases accept as aliases. */
const CONTROLLERS =
  'garbagecollector,serviceaccount,serviceaccount-token,root-ca-cert-publisher,clusterrole-aggregation,resourcequota';

export interface GenuineOptions {
  /**
   * Whether a controller empties namespaces that end. It starts some seconds late, takes seconds, and goes by the
   * name, so that it would empty the next test's namespace too: a server that has it is for one test.
   */
  readonly endsNamespaces?: boolean | undefined;
  /** Writes down every request of this user with what it sent, one a line of JSON (audit.k8s.io/v1). */
  readonly audit?: Audit | undefined;
}

interface Audit {
  readonly log: string;
  readonly user: string;
}

/** Where the file is, which says what is written down. */
async function auditFlags({ file }: Site, { log, user }: Audit): Promise<Readonly<Record<string, string>>> {
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived', 'ResponseStarted'],
    rules: [{ level: 'Request', users: [user] }, { level: 'None' }],
  };
  await writeFile(file('audit.json'), JSON.stringify(policy));
  return { 'audit-policy-file': file('audit.json'), 'audit-log-path': log, 'audit-log-mode': 'batch' };
}

interface Site {
  readonly binaries: Binaries;
  readonly folder: string;
  readonly authority: Authority;
  readonly apiPort: number;
  readonly etcdPort: number;
  readonly file: (name: string) => string;
}

async function prepare(binaries: Binaries): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-kube-'));
  const [apiPort = 0, etcdPort = 0] = await freePorts(2);
  const authority = await createAuthority('test-ca');
  const file = (name: string) => join(folder, name);
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', '127.0.0.1', '10.0.0.1'];
  const server = await authority.serverPair('kube-apiserver', names);
  const accounts = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(file('ca.crt'), authority.cert);
  await writeFile(file('server.crt'), server.cert);
  await writeFile(file('server.key'), server.key, { mode: 0o600 });
  await writeFile(file('accounts.pub'), accounts.publicKey.export({ type: 'spki', format: 'pem' }));
  const accountsKey = accounts.privateKey.export({ type: 'sec1', format: 'pem' });
  await writeFile(file('accounts.key'), accountsKey, { mode: 0o600 });
  return { binaries, folder, authority, apiPort, etcdPort, file };
}

async function startEtcd({ binaries, folder, etcdPort, file }: Site): Promise<Supervised> {
  const [peerPort = 0] = await freePorts(1);
  const clients = `http://127.0.0.1:${etcdPort}`;
  const peers = `http://127.0.0.1:${peerPort}`;
  const args = [
    ...['--name', 'test', '--data-dir', file('etcd'), '--log-level', 'warn', '--unsafe-no-fsync'],
    ...['--listen-client-urls', clients, '--advertise-client-urls', clients],
    ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers, '--initial-cluster', `test=${peers}`],
  ];
  return new Supervised(binaries.etcd, args, file('etcd.log'), folder);
}

function startApiServer(
  { binaries, folder, apiPort, etcdPort, file }: Site,
  more: Readonly<Record<string, string>>,
): Supervised {
  const issuer = 'https://kubernetes.default.svc';
  const args = {
    'etcd-servers': `http://127.0.0.1:${etcdPort}`,
    'bind-address': '127.0.0.1',
    'advertise-address': '127.0.0.1',
    'secure-port': String(apiPort),
    'endpoint-reconciler-type': 'none',
    'tls-cert-file': file('server.crt'),
    'tls-private-key-file': file('server.key'),
    'client-ca-file': file('ca.crt'),
    'authorization-mode': 'RBAC',
    'allow-privileged': 'true',
    'service-account-issuer': issuer,
    'api-audiences': issuer,
    'service-account-key-file': file('accounts.pub'),
    'service-account-signing-key-file': file('accounts.key'),
    'service-cluster-ip-range': '10.0.0.0/16',
    'cert-dir': folder,
    // Without its controller nobody makes the default accounts, and every Pod would be refused.
    ...(binaries.controllerManager ? {} : { 'disable-admission-plugins': 'ServiceAccount' }),
    ...more,
  };
  const flags = Object.entries(args).map(([name, value]) => `--${name}=${value}`);
  return new Supervised(binaries.apiServer, flags, file('kube-apiserver.log'));
}

interface Controllers {
  readonly program: string;
  readonly kubeconfig: string;
  /** Until 1.23 there is a second, insecure port, the same for all unless it is switched off. */
  readonly hasInsecurePort: boolean;
  /** Names, with commas between them. */
  readonly names: string;
}

async function startControllers(
  site: Site,
  { program, kubeconfig, hasInsecurePort, names }: Controllers,
): Promise<Supervised> {
  const { file } = site;
  const [port = 0] = await freePorts(1);
  const args = {
    kubeconfig,
    'authentication-kubeconfig': kubeconfig,
    'authorization-kubeconfig': kubeconfig,
    'bind-address': '127.0.0.1',
    'secure-port': String(port),
    'cert-dir': site.folder,
    'leader-elect': 'false',
    'use-service-account-credentials': 'true',
    'service-account-private-key-file': file('accounts.key'),
    'root-ca-file': file('ca.crt'),
    controllers: names,
    ...(hasInsecurePort ? { port: '0' } : {}),
  };
  const flags = Object.entries(args).map(([name, value]) => `--${name}=${value}`);
  return new Supervised(program, flags, file('kube-controller-manager.log'));
}

const DEFAULT_ACCOUNT = '/api/v1/namespaces/default/serviceaccounts/default';

/** Starts the controllers and waits for their first deed. Somebody else may take the port meanwhile: then once more. */
async function control(site: Site, program: string, cluster: Cluster, names: string): Promise<Supervised> {
  const { authority, folder } = site;
  const proof = await authority.clientPair('system:kube-controller-manager', []);
  const kubeconfig = await writeKubeconfig({ server: cluster.server, ca: authority.cert, folder }, proof);
  const { minor } = (await cluster.raw('/version')) as { minor: string };
  const controllers = { program, kubeconfig, hasInsecurePort: Number.parseInt(minor, 10) < 24, names };
  let running = await startControllers(site, controllers);
  let tries = 1;
  await until(
    'the controllers are at work',
    async () => {
      if (running.hasEnded() && tries < 3) {
        tries += 1;
        running = await startControllers(site, controllers);
      }
      running.assertRuns();
      return (await cluster.raw(DEFAULT_ACCOUNT)) !== undefined;
    },
    60_000,
  );
  return running;
}

async function ready(cluster: Cluster, programs: readonly Supervised[]): Promise<void> {
  await until(
    'the API server is ready',
    async () => {
      for (const program of programs) program.assertRuns();
      return (await cluster.raw('/readyz')) === 'ok';
    },
    60_000,
  );
}

/** Starts etcd, kube-apiserver and, where it is there, kube-controller-manager, with no data, on free ports. */
export async function startGenuine({ endsNamespaces = false, audit }: GenuineOptions = {}): Promise<ControlPlane> {
  const site = await prepare(findBinaries());
  const { authority, binaries, folder } = site;
  const server = `https://127.0.0.1:${site.apiPort}`;
  const flags = audit ? await auditFlags(site, audit) : {};
  const programs = [await startEtcd(site), startApiServer(site, flags)];
  const admin = await authority.clientPair(ADMIN.name, ADMIN.groups ?? []);
  const endpoint = endpointOf(server, authority.cert, admin);
  const cluster = clusterAt(endpoint, { userAgent: 'compass-test' });
  await ready(cluster, programs);
  const { controllerManager } = binaries;
  const controllers = endsNamespaces ? `${CONTROLLERS},namespace` : CONTROLLERS;
  if (controllerManager !== undefined) programs.push(await control(site, controllerManager, cluster, controllers));
  return {
    target: 'genuine',
    server,
    ca: authority.cert,
    folder,
    hasControllers: controllerManager !== undefined,
    compact: () => compactEtcd(`http://127.0.0.1:${site.etcdPort}`),
    proofFor: ({ name, groups = [] }) => authority.clientPair(name, groups),
    async reset() {
      for (const program of programs) program.assertRuns();
      await resetCluster(cluster, endpoint);
    },
    async stop() {
      cluster.close();
      for (const running of programs.reverse()) await running.stop();
    },
  };
}
