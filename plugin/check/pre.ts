import type { Right } from '#common/cluster/access.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { type KubeObject, NAMESPACE } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { fetchReports } from '../connection/reports.ts';
import { checkForeignAgent, denials } from './agent.ts';
import { checkApiServer, checkDefinitionsBefore, checkRights } from './cluster.ts';
import type { OwnFinding } from './finding.ts';

/** What an installation needs, and what is in its way. Throws what the cluster throws, where it cannot be reached. */
export async function checkBefore(cluster: Cluster, namespace: string): Promise<OwnFinding[]> {
  const api = await checkApiServer(cluster);
  const groups = await Promise.all([
    checkRights(cluster, installRights(namespace), {
      name: 'rights',
      what: 'create N kinds of an installation',
      isNeeded: true,
    }).then((finding) => [finding]),
    checkDefinitionsBefore(cluster),
    checkNamespaces(cluster, namespace),
    checkForeignAgent(cluster, namespace),
    checkPresent(cluster),
  ]);
  return [api, ...groups.flat()];
}

/** Every kind of `sidecar/deploy` and its crds. */
function installRights(namespace: string): Right[] {
  const rbac = 'rbac.authorization.k8s.io';
  const create = (group: string, resource: string, inside?: string): Right => ({
    verb: 'create',
    group,
    resource,
    ...(inside === undefined ? {} : { namespace: inside }),
  });
  return [
    create('apiextensions.k8s.io', 'customresourcedefinitions'),
    create('', 'namespaces'),
    create(rbac, 'clusterroles'),
    create(rbac, 'clusterrolebindings'),
    create(rbac, 'roles', namespace),
    create(rbac, 'rolebindings', namespace),
    create(rbac, 'roles', INTEGRATION_NAMESPACE),
    create('', 'serviceaccounts', namespace),
    create('', 'secrets', namespace),
    create('apps', 'deployments', namespace),
  ];
}

const INTEGRATION_NAMESPACE = 'kyma-system';

async function checkNamespaces(cluster: Cluster, namespace: string): Promise<OwnFinding[]> {
  const base = { category: 'k8s', name: 'namespace', from: 'cluster' } as const;
  const [own, integration] = await Promise.all([isThere(cluster, namespace), isThere(cluster, INTEGRATION_NAMESPACE)]);
  const findings: OwnFinding[] = [];
  if (own !== undefined) {
    findings.push({ ...base, status: 'ok', message: `namespace ${namespace}: ${own ? 'there' : 'to be created'}` });
  }
  if (integration === true) {
    findings.push({ ...base, status: 'ok', message: `namespace ${INTEGRATION_NAMESPACE}: there` });
  }
  if (integration === false) {
    findings.push({
      ...base,
      status: 'warning',
      reason: 'ClusterNotFound',
      message: `there is no namespace ${INTEGRATION_NAMESPACE}, where the Secrets of Applications go`,
      next: `kubectl create namespace ${INTEGRATION_NAMESPACE}`,
    });
  }
  return findings;
}

/** Undefined where it may not be looked at. */
async function isThere(cluster: Cluster, name: string): Promise<boolean | undefined> {
  try {
    return (await cluster.find<KubeObject>({ kind: NAMESPACE, name })) !== undefined;
  } catch (error) {
    if (hasReason(error, 'ClusterForbidden')) return undefined;
    throw error;
  }
}

async function checkPresent(cluster: Cluster): Promise<OwnFinding[]> {
  const base = { category: 'agent', name: 'present', from: 'cluster', status: 'ok' } as const;
  const { items, denied } = await fetchReports(cluster, {});
  if (denied) return denials(denied, 'present');
  if (items.length === 0) return [{ ...base, message: 'no sidecar here yet' }];
  return items.map(({ connection, namespace, report }) => {
    const version = report?.leader?.version;
    const running = version ? `v${version.replace(/^v/, '')} of ` : 'of ';
    return { ...base, message: `a sidecar ${running}${connection} in ${namespace} already: this is an upgrade` };
  });
}
