import type { Cluster } from '#common/cluster/cluster.ts';
import {
  CONFIG_MAP,
  CUSTOM_RESOURCE_DEFINITION,
  DEPLOYMENT,
  type Kind,
  type KubeObject,
  LEASE,
  POD,
} from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { DEFAULT_CONNECTION_NAME, ownObjectNames } from '#common/resources/names.ts';
import { list } from '../../connection/reading.ts';
import { SIDECAR_SELECTOR } from '../../connection/reports.ts';
import { isInjected, type Pod } from '../../connection/sidecar-pod.ts';
import { sanitize } from '../redaction/sanitize.ts';
import { type Collector, Findings, type Ground } from './collector.ts';

/** One file of objects, and how they are found. */
interface Part {
  readonly file: string;
  readonly read: (cluster: Cluster, ground: Ground) => Promise<readonly KubeObject[]>;
}

const PARTS: readonly Part[] = [
  { file: 'compassconnections', read: (cluster) => list(cluster, COMPASS_CONNECTION) },
  { file: 'configmaps', read: (cluster, { namespace }) => ours(cluster, CONFIG_MAP, namespace) },
  { file: 'deployments', read: (cluster, { namespace }) => ours(cluster, DEPLOYMENT, namespace) },
  { file: 'pods', read: sidecarPods },
  { file: 'leases', read: lease },
  { file: 'customresourcedefinitions', read: definitions },
];

/** The connection, what reports it, what runs it, and the kinds that it lives in. */
export const resources: Collector = {
  name: 'resources',
  what: 'CompassConnections, reports, Deployments, Pods, the Lease and the definitions of the kinds',
  collect: (ground) => collectParts(ground, PARTS),
};

const RBAC = 'rbac.authorization.k8s.io/v1';
const CLUSTER_ROLE: Kind = { apiVersion: RBAC, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false };
const CLUSTER_ROLE_BINDING: Kind = {
  apiVersion: RBAC,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
};
const ROLE: Kind = { apiVersion: RBAC, kind: 'Role', plural: 'roles', namespaced: true };
const ROLE_BINDING: Kind = { apiVersion: RBAC, kind: 'RoleBinding', plural: 'rolebindings', namespaced: true };
const SERVICE_ACCOUNT: Kind = { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true };

/** Who may do what: the roles and bindings that were installed with the sidecar. */
export const rbac: Collector = {
  name: 'rbac',
  what: "the sidecar's ServiceAccount, and the roles and bindings of its installation",
  collect: (ground) =>
    collectParts(ground, [
      { file: 'serviceaccounts', read: (cluster, { namespace }) => ours(cluster, SERVICE_ACCOUNT, namespace) },
      { file: 'clusterroles', read: (cluster) => ours(cluster, CLUSTER_ROLE) },
      { file: 'clusterrolebindings', read: (cluster) => ours(cluster, CLUSTER_ROLE_BINDING) },
      { file: 'roles', read: (cluster, ground) => inBoth(cluster, ROLE, ground) },
      { file: 'rolebindings', read: (cluster, ground) => inBoth(cluster, ROLE_BINDING, ground) },
    ]),
};

async function collectParts(ground: Ground, parts: readonly Part[]) {
  const findings = new Findings(ground);
  for (const { file, read } of parts) {
    await findings.try(async () => {
      const items = await read(ground.cluster, ground);
      findings.count(items.length);
      await ground.sink.json(`resources/${file}.json`, listOf(items.map((item) => sanitize(item, ground.redactor))));
    });
  }
  return findings.result();
}

/** As `kubectl get -o json` prints several. */
export function listOf(items: readonly object[]): object {
  return { apiVersion: 'v1', kind: 'List', items };
}

function ours(cluster: Cluster, kind: Kind, namespace?: string): Promise<KubeObject[]> {
  return list<KubeObject>(cluster, kind, { namespace, labelSelector: SIDECAR_SELECTOR });
}

async function inBoth(cluster: Cluster, kind: Kind, { namespace, integrationNamespace }: Ground) {
  const namespaces = [...new Set([namespace, integrationNamespace])];
  return (await Promise.all(namespaces.map((one) => ours(cluster, kind, one)))).flat();
}

/** By the sidecar's label; else those of others that have it beside their own containers. */
export async function sidecarPods(cluster: Cluster, { namespace }: Pick<Ground, 'namespace'>): Promise<readonly Pod[]> {
  const labelled = await list<Pod>(cluster, POD, { namespace, labelSelector: SIDECAR_SELECTOR });
  if (labelled.length > 0) return labelled;
  return (await list<Pod>(cluster, POD, { namespace })).filter(isInjected);
}

async function lease(cluster: Cluster, { connection, namespace }: Ground): Promise<KubeObject[]> {
  const { lease: name } = ownObjectNames(connection?.name ?? DEFAULT_CONNECTION_NAME);
  const found = await cluster.find<KubeObject>({ kind: LEASE, namespace, name });
  return found ? [found] : [];
}

async function definitions(cluster: Cluster): Promise<KubeObject[]> {
  const found = await Promise.all(
    [COMPASS_CONNECTION, APPLICATION].map(({ plural, apiVersion }) =>
      cluster.find<KubeObject>({ kind: CUSTOM_RESOURCE_DEFINITION, name: `${plural}.${apiVersion.split('/')[0]}` }),
    ),
  );
  return found.filter((definition) => definition !== undefined);
}
