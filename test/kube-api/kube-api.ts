import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Cluster } from './cluster.ts';
import { createFirstNamespaces } from './controllers/namespaces.ts';
import { runControllers } from './controllers/run.ts';
import { Faults } from './faults.ts';
import { Authentication } from './identity/authentication.ts';
import { Authorization } from './identity/authorization.ts';
import { type AllowRule, adminGroup, type Identity, serviceAccountIdentity } from './identity/identity.ts';
import { type Credential, kubeconfigText } from './kubeconfig.ts';
import type { KubeObject } from './object.ts';
import { CertificateAuthority } from './pki.ts';
import { PodLogs } from './pod-logs.ts';
import { PodPorts } from './pod-ports.ts';
import { type RecordedRequest, Recorder } from './recorder.ts';
import { Registry } from './registry.ts';
import { seed } from './seed.ts';
import { KubeApiServer } from './server.ts';
import { Storage } from './storage.ts';

/** How the server starts; everything has a default. */
export type KubeApiOptions = {
  /** The port on loopback; 0, the default, asks the system for a free one. */
  port?: number;
  now?: () => Date;
  /** How often watches that ask for bookmarks get one. */
  bookmarkMs?: number;
  /** How many writes watches and consistent lists may look back. */
  historyLimit?: number;
  /** Files or folders of YAML with objects to start with, such as CRDs. */
  objects?: string[];
};

/** A user to be added: `rules` are its rights beside what RBAC objects give; `admin` may do everything. */
export type UserOptions = {
  groups?: string[];
  rules?: AllowRule[];
  admin?: boolean;
  proof?: 'token' | 'certificate';
  namespace?: string;
};

/** A running embedded API server. */
export type KubeApi = {
  readonly url: string;
  readonly port: number;
  readonly caPem: string;
  readonly faults: Faults;
  /** What containers write, which whoever runs them puts here. */
  readonly logs: PodLogs;
  /** Where Pods listen, which whoever runs them says here. */
  readonly ports: PodPorts;
  /** The kubeconfig of a user added before; of the admin when none is named. */
  kubeconfig(user?: string): string;
  /** The bearer token of a user (the admin's without a name). */
  token(user?: string): string;
  addUser(name: string, options?: UserOptions): Promise<string>;
  /** A kubeconfig as the ServiceAccount, whose rights are its RBAC bindings alone. */
  serviceAccountKubeconfig(namespace: string, name: string): string;
  revokeToken(token: string): void;
  /** What was asked so far, without values. */
  requests(): RecordedRequest[];
  clearRequests(): void;
  /** What was asked, whether cleared or not. */
  allRequests(): RecordedRequest[];
  /** Stored objects as they are, by plural and group. */
  stored(plural: string, group?: string): KubeObject[];
  /** The newest version of all objects: what is written later has a greater one. */
  revision(): number;
  /** Forgets the history: watches and continue tokens from before get 410. */
  compact(): void;
  /** Cuts every connection now, watches included. */
  cutConnections(): void;
  /** Stops listening, keeping the state; `resume` listens again on the same port. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Starts an embedded Kubernetes API server on loopback. */
export async function startKubeApi(options: KubeApiOptions = {}): Promise<KubeApi> {
  const now = options.now ?? (() => new Date());
  const storage = new Storage(options.historyLimit);
  const authority = await CertificateAuthority.create();
  const cluster: Cluster = {
    storage,
    registry: new Registry(storage),
    authentication: new Authentication(now),
    authorization: new Authorization(storage),
    now,
  };
  createFirstNamespaces(cluster, authority.certPem);
  const stopControllers = runControllers(cluster, authority.certPem);
  const faults = new Faults();
  const recorder = new Recorder();
  const logs = new PodLogs(now);
  const ports = new PodPorts();
  const server = new KubeApiServer({
    cluster,
    authority,
    faults,
    recorder,
    logs,
    ports,
    bookmarkMs: options.bookmarkMs ?? 60_000,
  });
  for (const path of options.objects ?? []) for (const text of await readYaml(path)) seed(cluster, text);
  const port = await server.listen(options.port ?? 0);
  const url = `https://127.0.0.1:${port}`;
  const users = new Users(cluster, authority, url);
  await users.add('admin', { admin: true });
  const stop = async () => {
    stopControllers();
    await server.close();
  };
  return {
    url,
    port,
    caPem: authority.certPem,
    faults,
    logs,
    ports,
    kubeconfig: (user = 'admin') => users.kubeconfig(user),
    token: (user = 'admin') => users.token(user),
    addUser: (name, userOptions) => users.add(name, userOptions),
    serviceAccountKubeconfig: (namespace, name) => users.ofServiceAccount(namespace, name),
    revokeToken: (token) => cluster.authentication.revoke(token),
    requests: () => recorder.list(),
    clearRequests: () => recorder.clear(),
    allRequests: () => recorder.all(),
    stored: (plural, group = '') => storage.list(`${group}/${plural}`),
    revision: () => storage.revision,
    compact: () => storage.compact(),
    cutConnections: () => server.cutConnections(),
    pause: () => server.close(),
    resume: async () => {
      await server.listen(port);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

class Users {
  readonly #cluster: Cluster;
  readonly #authority: CertificateAuthority;
  readonly #url: string;
  readonly #credentials = new Map<string, { credential: Credential; namespace: string }>();

  constructor(cluster: Cluster, authority: CertificateAuthority, url: string) {
    this.#cluster = cluster;
    this.#authority = authority;
    this.#url = url;
  }

  async add(name: string, options: UserOptions = {}): Promise<string> {
    const groups = [...(options.groups ?? []), ...(options.admin ? [adminGroup] : [])];
    const identity: Identity = { name, groups: [...groups, 'system:authenticated'] };
    if (options.rules) this.#cluster.authorization.setRules(name, options.rules);
    const credential =
      options.proof === 'certificate'
        ? await this.#authority.client(name, groups)
        : { token: this.#cluster.authentication.issue(identity) };
    this.#credentials.set(name, { credential, namespace: options.namespace ?? 'default' });
    return this.kubeconfig(name);
  }

  kubeconfig(name: string): string {
    const { credential, namespace } = this.#find(name);
    return kubeconfigText(this.#url, this.#authority.certPem, credential, namespace);
  }

  token(name: string): string {
    const { credential } = this.#find(name);
    if ('token' in credential) return credential.token;
    throw new Error(`user ${name} proves itself by a certificate, not by a token`);
  }

  ofServiceAccount(namespace: string, name: string): string {
    const token = this.#cluster.authentication.issue(serviceAccountIdentity(namespace, name));
    return kubeconfigText(this.#url, this.#authority.certPem, { token }, namespace);
  }

  #find(name: string): { credential: Credential; namespace: string } {
    const found = this.#credentials.get(name);
    if (found === undefined) throw new Error(`no such user: ${name}; add it with addUser`);
    return found;
  }
}

async function readYaml(path: string): Promise<unknown[]> {
  const names = await readdir(path).catch(() => undefined);
  const files = names?.filter((name) => /(?<!^kustomization)\.ya?ml$/.test(name)).map((name) => join(path, name)) ?? [
    path,
  ];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as unknown)).filter(Boolean);
}
