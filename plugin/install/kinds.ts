import {
  CUSTOM_RESOURCE_DEFINITION,
  DEPLOYMENT,
  type Kind,
  type KubeObject,
  NAMESPACE,
} from '#common/cluster/objects.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';

function rbac(kind: string, plural: string, namespaced: boolean): Kind {
  return { apiVersion: RBAC, kind, plural, namespaced };
}

/** The kinds that an installation is made of. */
const KINDS: readonly Kind[] = [
  NAMESPACE,
  CUSTOM_RESOURCE_DEFINITION,
  { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true },
  rbac('ClusterRole', 'clusterroles', false),
  rbac('ClusterRoleBinding', 'clusterrolebindings', false),
  rbac('Role', 'roles', true),
  rbac('RoleBinding', 'rolebindings', true),
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', plural: 'networkpolicies', namespaced: true },
  DEPLOYMENT,
];

/** The kind of an object of the manifests. */
export function kindOf({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): Kind {
  const found = KINDS.find((candidate) => candidate.kind === kind && candidate.apiVersion === apiVersion);
  if (!found) throw new Error(`the manifests hold a ${kind} of ${apiVersion}, which is not known here`);
  return found;
}

/** As kubectl names an object: `deployment.apps/compass-sidecar`. */
export function fullName({ apiVersion, kind, metadata }: KubeObject): string {
  const [group, version] = apiVersion.split('/');
  return `${kind.toLowerCase()}${version === undefined ? '' : `.${group}`}/${metadata.name}`;
}

/** Whether an object carries the label of the manifests: this plugin made it, or somebody from sidecar/deploy. */
export function isOfManifests({ metadata: { labels = {} } }: KubeObject): boolean {
  return labels['app.kubernetes.io/part-of'] === 'kubectl-compass';
}
