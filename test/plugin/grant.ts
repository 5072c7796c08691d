import type { TestCluster } from '../cluster/start-test-cluster.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** The kubeconfig of somebody with these rights in every namespace, and no others. */
export async function somebodyWith(cluster: TestCluster, rules: readonly Rule[]): Promise<string> {
  const name = 'somebody';
  const group = 'rbac.authorization.k8s.io';
  const roles = `/apis/${group}/v1`;
  const metadata = { name };
  const roleRef = { apiGroup: group, kind: 'ClusterRole', name };
  const subjects = [{ apiGroup: group, kind: 'User', name }];
  await cluster.request('POST', `${roles}/clusterroles`, { body: { metadata, rules } });
  await cluster.request('POST', `${roles}/clusterrolebindings`, { body: { metadata, roleRef, subjects } });
  return (await cluster.as({ name })).kubeconfigPath;
}

/** One rule of a role, for `group/resource` or `resource`. */
export function may(verbs: string, ...what: readonly string[]): Rule {
  return {
    verbs: verbs.split(' '),
    apiGroups: [...new Set(what.map((one) => one.split('/').at(-2) ?? ''))],
    resources: what.map((one) => one.split('/').at(-1) ?? ''),
  };
}
