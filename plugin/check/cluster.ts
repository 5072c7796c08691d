import { canI, type Right } from '#common/cluster/access.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { discoverKind } from '#common/cluster/discovery.ts';
import { CUSTOM_RESOURCE_DEFINITION, type Kind, type KubeObject } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { canICommand } from '../connection/right.ts';
import type { OwnFinding } from './finding.ts';

/** Whether the API server answers, and which version it is. Throws what the cluster throws: without it nothing can be run. */
export async function checkApiServer(cluster: Cluster): Promise<OwnFinding> {
  const version = await cluster.raw('/version');
  const git = typeof version === 'object' && version && 'gitVersion' in version ? String(version.gitVersion) : '';
  const facts = { server: cluster.server, ...(git === '' ? {} : { version: git }) };
  const message = git === '' ? 'API reachable' : `API reachable, ${git}`;
  return { category: 'k8s', name: 'api', from: 'cluster', status: 'ok', message, facts };
}

/** Which of these rights whoever runs this has. `what` stands in the message: "you may read 5/5 needed kinds". */
export async function checkRights(
  cluster: Cluster,
  rights: readonly Right[],
  { name, what, isNeeded }: { readonly name: string; readonly what: string; readonly isNeeded: boolean },
): Promise<OwnFinding> {
  const base = { category: 'k8s', name, from: 'cluster' } as const;
  const answers = await Promise.all(
    rights.map(async (right) => ({ right, allowed: await canI(cluster, right).catch(undefinedIfDenied) })),
  );
  const known = answers.filter(({ allowed }) => allowed !== undefined);
  if (known.length === 0) return { ...base, status: 'skipped', message: 'your rights could not be asked' };
  const missing = known.filter(({ allowed }) => !allowed).map(({ right }) => right);
  const [first] = missing;
  const count = `you may ${what.replace('N', `${known.length - missing.length}/${known.length}`)}`;
  if (!first) return { ...base, status: 'ok', message: count };
  const listed = missing.map(rightText).join(', ');
  const resource = [first.resource, first.group].filter((part) => part !== '').join('.');
  const { namespace } = first;
  return {
    ...base,
    status: isNeeded ? 'error' : 'warning',
    reason: 'ClusterForbidden',
    message: `${count}; not permitted: ${listed}`,
    next: canICommand({ verb: first.verb, resource, namespace }),
    facts: { missing: listed },
  };
}

function rightText({ verb, resource, namespace }: Right): string {
  return `${verb} ${resource}${namespace === undefined ? '' : ` in ${namespace}`}`;
}

/** Undefined where it may not even be asked. */
function undefinedIfDenied(error: unknown): undefined {
  if (error instanceof CompassError && !hasReason(error, 'ClusterUnreachable', 'ClusterUnauthorized')) return undefined;
  throw error;
}

/** What reading a connection takes. */
export function readingRights(namespace: string, connection: string): Right[] {
  const { lease } = ownObjectNames(connection);
  return [
    { verb: 'list', group: 'compass.kyma-project.io', resource: 'compassconnections' },
    { verb: 'list', group: 'applicationconnector.kyma-project.io', resource: 'applications' },
    { verb: 'list', group: '', resource: 'configmaps', namespace },
    { verb: 'get', group: 'coordination.k8s.io', resource: 'leases', namespace, name: lease },
    { verb: 'list', group: 'apps', resource: 'deployments', namespace },
  ];
}

/** Whether the two kinds are served in the version that is spoken here. */
export async function checkDefinitions(cluster: Cluster): Promise<OwnFinding[]> {
  return Promise.all(
    [COMPASS_CONNECTION, APPLICATION].map(async (kind): Promise<OwnFinding> => {
      const base = { category: 'crd', name: kind.kind, from: 'cluster' } as const;
      const version = kind.apiVersion.split('/')[1] ?? '';
      const { served, hasStatus } = await discoverKind(cluster, kind);
      const facts = { apiVersion: kind.apiVersion, statusSubresource: String(hasStatus) };
      if (served) return { ...base, status: 'ok', message: `${kind.kind} ${version}`, facts };
      const message = `the cluster does not serve ${kind.kind} ${version}`;
      return { ...base, status: 'error', reason: 'NotInstalled', message, next: INSTALL_DEFINITIONS, facts };
    }),
  );
}

const INSTALL_DEFINITIONS = 'kubectl compass install';

/** Before an installation: whether the kinds are there already, and who brought them. */
export async function checkDefinitionsBefore(cluster: Cluster): Promise<OwnFinding[]> {
  return Promise.all(
    [COMPASS_CONNECTION, APPLICATION].map(async (kind): Promise<OwnFinding> => {
      const base = { category: 'crd', name: kind.kind, from: 'cluster', status: 'ok' } as const;
      const { served } = await discoverKind(cluster, kind);
      if (!served) return { ...base, message: `${kind.kind}: to be installed` };
      return { ...base, message: `${kind.kind}: ${await whose(cluster, kind)}, and stays` };
    }),
  );
}

async function whose(cluster: Cluster, kind: Kind): Promise<string> {
  const name = `${kind.plural}.${kind.apiVersion.split('/')[0]}`;
  try {
    const crd = await cluster.find<KubeObject>({ kind: CUSTOM_RESOURCE_DEFINITION, name });
    if (!crd) return 'there already';
    const { labels = {}, managedFields = [] } = crd.metadata;
    if (labels['app.kubernetes.io/part-of'] === 'kubectl-compass') return 'ours already';
    const manager = managedFields.find(({ subresource }) => subresource === undefined)?.manager;
    return manager === undefined ? 'there already' : `there already, by ${manager}`;
  } catch (error) {
    if (hasReason(error, 'ClusterForbidden')) return 'there already';
    throw error;
  }
}
