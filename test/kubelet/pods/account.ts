import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from '#common/cluster/objects.ts';
import type { TestCluster } from '../../cluster/start-test-cluster.ts';
import type { Pod } from '../pod.ts';

interface ServiceAccount extends KubeObject {
  readonly automountServiceAccountToken?: boolean;
}

const SERVICE_ACCOUNT = { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true };

/** As admission says it: a Pod of an account that is not there is not created. */
export async function requireAccount({ cluster }: TestCluster, { metadata, spec }: Pod): Promise<void> {
  const { namespace = '' } = metadata;
  const name = spec.serviceAccountName ?? 'default';
  if (await cluster.find({ kind: SERVICE_ACCOUNT, namespace, name })) return;
  const who = `${namespace}/${name}: serviceaccount "${name}" not found`;
  throw new Error(`pods "${metadata.name}" is forbidden: error looking up service account ${who}`);
}

/**
 * What the kubelet mounts of the Pod's own account, in a folder: token (of TokenRequest), CA and namespace, and a kubeconfig
 * that names them, since programs here do not share a root. Undefined where the Pod or the account wants none.
 */
export async function writeAccount(api: TestCluster, pod: Pod, folder: string): Promise<string | undefined> {
  const { namespace = '' } = pod.metadata;
  const name = pod.spec.serviceAccountName ?? 'default';
  const account = await api.cluster.get<ServiceAccount>({ kind: SERVICE_ACCOUNT, namespace, name });
  const isMounted = pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
  if (!isMounted) return undefined;
  const { token } = await api.asServiceAccount(namespace, name);
  await mkdir(folder, { recursive: true });
  const file = (path: string) => join(folder, path);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'pod', cluster: { server: api.server, 'certificate-authority': file('ca.crt') } }],
    users: [{ name: 'pod', user: { tokenFile: file('token') } }],
    contexts: [{ name: 'pod', context: { cluster: 'pod', user: 'pod', namespace } }],
    'current-context': 'pod',
  };
  await writeFile(file('ca.crt'), api.ca);
  await writeFile(file('namespace'), namespace);
  await writeFile(file('token'), token, { mode: 0o600 });
  await writeFile(file('kubeconfig'), JSON.stringify(config));
  return file('kubeconfig');
}
