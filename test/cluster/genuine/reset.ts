import type { Cluster } from '#common/cluster/cluster.ts';
import type { Endpoint } from '#common/cluster/endpoint.ts';
import {
  CONFIG_MAP,
  CUSTOM_RESOURCE_DEFINITION,
  DEPLOYMENT,
  EVENT,
  type Kind,
  type KubeObject,
  LEASE,
  NAMESPACE,
  POD,
  SECRET,
} from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { apiRequest } from '../api-request.ts';
import { until } from '../until.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';

function kind(apiVersion: string, name: string, plural: string, namespaced: boolean): Kind {
  return { apiVersion, kind: name, plural, namespaced };
}

const CLUSTER_ROLE_BINDING = kind(RBAC, 'ClusterRoleBinding', 'clusterrolebindings', false);
const CLUSTER_ROLE = kind(RBAC, 'ClusterRole', 'clusterroles', false);
const VALIDATING = kind(
  'admissionregistration.k8s.io/v1',
  'ValidatingWebhookConfiguration',
  'validatingwebhookconfigurations',
  false,
);
const MUTATING = kind(
  'admissionregistration.k8s.io/v1',
  'MutatingWebhookConfiguration',
  'mutatingwebhookconfigurations',
  false,
);

const NAMESPACED: readonly Kind[] = [
  DEPLOYMENT,
  kind('apps/v1', 'StatefulSet', 'statefulsets', true),
  kind('apps/v1', 'DaemonSet', 'daemonsets', true),
  CONFIG_MAP,
  SECRET,
  LEASE,
  EVENT,
  kind('v1', 'ServiceAccount', 'serviceaccounts', true),
  kind('v1', 'Service', 'services', true),
  kind('v1', 'ResourceQuota', 'resourcequotas', true),
  kind(RBAC, 'RoleBinding', 'rolebindings', true),
  kind(RBAC, 'Role', 'roles', true),
  kind('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', true),
];

/** What every cluster has by itself. */
const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease'];
const ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';
const SYSTEM_NAMES = ['kube-root-ca.crt', 'default', 'kubernetes'];

async function all(cluster: Cluster, of: Kind): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = [];
  for await (const page of cluster.listPages(of)) found.push(...page.items);
  return found;
}

/** Deletes an object, finalizers or not. */
async function remove(cluster: Cluster, of: Kind, { metadata }: KubeObject): Promise<void> {
  const ref = { kind: of, name: metadata.name, namespace: metadata.namespace };
  if ((metadata.finalizers ?? []).length > 0 && of !== CUSTOM_RESOURCE_DEFINITION && of !== NAMESPACE) {
    await cluster.mergePatch(ref, { metadata: { finalizers: null } });
  }
  await cluster.delete(ref, { propagationPolicy: 'Background' });
}

/** Pods go at once: there is no kubelet any more that would end them. */
async function removePods(cluster: Cluster, endpoint: Endpoint): Promise<void> {
  const found = (await all(cluster, POD)).filter(isOurObject);
  await Promise.all(
    found.map(async ({ metadata: { name, namespace } }) => {
      const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
      const { status, text } = await apiRequest(endpoint, 'DELETE', path, { body: { gracePeriodSeconds: 0 } });
      if (status !== 200 && status !== 404) throw new Error(`delete ${path}: ${status} ${text}`);
    }),
  );
}

async function removeAll(cluster: Cluster, of: Kind, isOurs: (object: KubeObject) => boolean): Promise<void> {
  const found = await all(cluster, of);
  await Promise.all(found.filter(isOurs).map((object) => remove(cluster, of, object)));
}

interface Definition extends KubeObject {
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

async function removeCustomObjects(cluster: Cluster, { spec }: Definition): Promise<void> {
  const version = spec.versions.find(({ served }) => served)?.name;
  if (version === undefined) return;
  const of = kind(`${spec.group}/${version}`, spec.names.kind, spec.names.plural, spec.scope === 'Namespaced');
  try {
    await removeAll(cluster, of, () => true);
  } catch (error) {
    // A definition that was never established serves nothing.
    if (!hasReason(error, 'NotInstalled')) throw error;
  }
}

async function removeDefinitions(cluster: Cluster): Promise<void> {
  const found = await all(cluster, CUSTOM_RESOURCE_DEFINITION);
  for (const definition of found) await removeCustomObjects(cluster, definition as Definition);
  await removeAll(cluster, CUSTOM_RESOURCE_DEFINITION, () => true);
  await until('the CRDs are gone', async () => (await all(cluster, CUSTOM_RESOURCE_DEFINITION)).length === 0);
}

/** Ends a namespace that is known to be empty, which has no controller to do it. */
async function finalize(endpoint: Endpoint, { metadata: { name } }: KubeObject): Promise<void> {
  const path = `/api/v1/namespaces/${name}/finalize`;
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: { finalizers: [] } };
  const { status, text } = await apiRequest(endpoint, 'PUT', path, { body });
  if (status !== 200 && status !== 404) throw new Error(`finalize ${path}: ${status} ${text}`);
}

function isOurNamespace({ metadata: { name } }: KubeObject): boolean {
  return name !== 'default' && !SYSTEM_NAMESPACES.includes(name);
}

function isOurObject({
  metadata: { name, namespace = '' },
  ...rest
}: KubeObject & { readonly type?: string }): boolean {
  if (SYSTEM_NAMESPACES.includes(namespace)) return false;
  return namespace !== 'default' || !(SYSTEM_NAMES.includes(name) || rest.type === ACCOUNT_TOKEN);
}

function isOurRole({ metadata: { name, labels } }: KubeObject): boolean {
  return labels?.['kubernetes.io/bootstrapping'] === undefined && !name.startsWith('system:');
}

/** Removes what a test left behind, so that the next one finds the server as it started. */
export async function resetCluster(cluster: Cluster, endpoint: Endpoint): Promise<void> {
  await removeAll(cluster, VALIDATING, () => true);
  await removeAll(cluster, MUTATING, () => true);
  await removeDefinitions(cluster);
  const namespaces = (await all(cluster, NAMESPACE)).filter(isOurNamespace);
  await Promise.all([CLUSTER_ROLE_BINDING, CLUSTER_ROLE].map((of) => removeAll(cluster, of, isOurRole)));
  // First, so that nothing is created in them any more.
  await Promise.all(namespaces.map((namespace) => remove(cluster, NAMESPACE, namespace)));
  await Promise.all(NAMESPACED.map((of) => removeAll(cluster, of, isOurObject)));
  await removePods(cluster, endpoint);
  await Promise.all(namespaces.map((namespace) => finalize(endpoint, namespace)));
  await until('the namespaces are gone', async () => !(await all(cluster, NAMESPACE)).some(isOurNamespace));
}
