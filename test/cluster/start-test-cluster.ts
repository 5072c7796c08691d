import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { type ClusterOptions, clusterAt } from '#common/cluster/connect.ts';
import type { KubeApi } from '../kube-api/kube-api.ts';
import { type ApiAnswer, type ApiRequestOptions, apiRequest } from './api-request.ts';
import { ADMIN, type ControlPlane, type Person } from './control-plane.ts';
import { type Crds, installCrd, readCrds } from './crds.ts';
import { endpointOf } from './endpoint-of.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { type KubectlOptions, type KubectlResult, runKubectl } from './kubectl.ts';
import { type BorrowOptions, borrowControlPlane } from './targets.ts';
import { type RawEvent, watchRaw } from './watch-raw.ts';

export interface TestClusterOptions extends BorrowOptions {
  /** `none` unless said. */
  readonly crds?: Crds;
  /** What COMPASS_TEST_TARGET says unless said here. */
  readonly target?: 'embedded' | 'genuine';
}

/** Somebody at an API server, with every way to it. */
export interface Client {
  readonly cluster: Cluster;
  readonly kubeconfigPath: string;
  /** The machine's own kubectl as this one. */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<KubectlResult>;
  /** Any request, and whatever the server answers. */
  request(method: string, path: string, options?: ApiRequestOptions): Promise<ApiAnswer>;
  /** The events of a watch, as they are sent. */
  watchRaw(path: string, accept?: string): AsyncGenerator<RawEvent>;
}

/** An API server for one test, as its administrator. */
export interface TestCluster extends Client {
  readonly target: 'embedded' | 'genuine';
  readonly server: string;
  /** Its CA, in PEM. */
  readonly ca: string;
  /** Whether garbage is collected and default accounts appear; not with setup-envtest's programs. */
  readonly hasControllers: boolean;
  /** Forgets every version but the newest, so that old `continue` tokens get 410. */
  compact(): Promise<void>;
  /** The embedded server itself, for faults and recordings; undefined on a genuine one. */
  readonly embedded: KubeApi | undefined;
  /** A user without any right but what the test's RBAC gives. */
  as(person: Person): Promise<Client>;
  /** A ServiceAccount, which must exist, by a token of TokenRequest. */
  asServiceAccount(namespace: string, name: string): Promise<Client & { readonly token: string }>;
  /** Somebody with any bearer token. */
  asToken(token: string): Promise<Client>;
  /** Somebody who proves nothing. */
  asNobody(): Promise<Client>;
  /** Runs when the test ends, before the cluster is gone or made as new; the last one first. */
  beforeEnd(action: () => Promise<void>): void;
}

async function clientOf(
  plane: ControlPlane,
  proof: Awaited<ReturnType<ControlPlane['proofFor']>>,
): Promise<Client & { close: () => void }> {
  const endpoint = endpointOf(plane.server, plane.ca, proof);
  const options: ClusterOptions = { userAgent: 'compass-test' };
  const kubeconfigPath = await writeKubeconfig(plane, proof);
  const cluster = clusterAt(endpoint, options);
  return {
    cluster,
    kubeconfigPath,
    kubectl: (args, kubectlOptions) =>
      runKubectl(kubeconfigPath, join(plane.folder, 'kubectl-cache'), args, kubectlOptions),
    request: (method, path, requestOptions) => apiRequest(endpoint, method, path, requestOptions),
    watchRaw: (path, accept) => watchRaw(endpoint, path, accept),
    close: () => cluster.close(),
  };
}

async function tokenOf(admin: Client, namespace: string, name: string): Promise<string> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const { status } = await admin.cluster.post<{ status: { token: string } }>(path, body);
  return status.token;
}

/**
 * An API server without anything in it but the CRDs asked for: the embedded one, or a genuine one where
 * COMPASS_TEST_TARGET=genuine says so. It is gone, or as new for the next test, when the test ends.
 */
export async function startTestCluster(t: TestContext, options: TestClusterOptions = {}): Promise<TestCluster> {
  const plane = await borrowControlPlane(options.target, options);
  const clients: { close: () => void }[] = [];
  const endings: (() => Promise<void>)[] = [];
  t.after(async () => {
    for (const end of endings.reverse()) await end();
    for (const client of clients) client.close();
    await plane.giveBack();
  });
  const as = async (person: Person) => {
    const client = await clientOf(plane, await plane.proofFor(person));
    clients.push(client);
    return client;
  };
  const asToken = async (token: string) => {
    const client = await clientOf(plane, { token });
    clients.push(client);
    return client;
  };
  const admin = await as(ADMIN);
  const { crds = 'none' } = options;
  for (const definition of crds === 'none' ? [] : await readCrds(crds)) await installCrd(admin.cluster, definition);
  return {
    ...admin,
    target: plane.target,
    server: plane.server,
    ca: plane.ca,
    hasControllers: plane.hasControllers,
    embedded: plane.embedded,
    compact: () => plane.compact(),
    as,
    async asServiceAccount(namespace, name) {
      const token = await tokenOf(admin, namespace, name);
      return { ...(await asToken(token)), token };
    },
    asToken,
    asNobody: () => asToken(''),
    beforeEnd: (action) => void endings.push(action),
  };
}
