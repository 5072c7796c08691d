import type { Cluster } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { requireRights } from '../../connect/rights.ts';
import { canICommand, type MissingRight } from '../../connection/right.ts';
import type { DryRun } from '../../dry-run.ts';
import { type AppliedObject, applyObjects } from '../../install/apply.ts';
import { fullName, kindOf } from '../../install/kinds.ts';
import { type Account, bindingObjects, fullRoles, INJECTED_LABELS } from '../bindings.ts';
import type { InjectionSettings } from '../settings.ts';

/**
 * Makes sure, before anything is changed, that the account can be given its rights: what is missing is named. Throws
 * ClusterForbidden, NotInstalled where a whole sidecar has no roles yet, ConfigurationBlocked where somebody else has the
 * name of a Role or binding.
 */
export async function preflightGrant(cluster: Cluster, settings: InjectionSettings, account: Account): Promise<void> {
  const objects = bindingObjects(settings, account);
  await requireRights(cluster, objects.flatMap(rightsFor));
  if (settings.mode === 'full') await requireRoles(cluster, settings);
  const present = await Promise.all(objects.map((object) => requireOurs(cluster, object)));
  // A binding to a Role that is not there yet could not be tried out.
  const tried = objects.filter((_, i) => i === 0 || present[0] !== undefined || settings.mode === 'full');
  await apply(cluster, tried, 'server', settings);
}

/** Gives the account its rights; what is there already stays as it is. */
export function grant(
  cluster: Cluster,
  settings: InjectionSettings,
  account: Account,
  dryRun: DryRun,
): Promise<readonly AppliedObject[]> {
  return apply(cluster, bindingObjects(settings, account), dryRun, settings);
}

function rightsFor(object: KubeObject): readonly MissingRight[] {
  const { plural } = kindOf(object);
  const { name, namespace } = object.metadata;
  const resource = `${plural}.rbac.authorization.k8s.io`;
  return [
    { verb: 'get', resource, namespace, name },
    { verb: 'create', resource, namespace },
    { verb: 'patch', resource, namespace, name },
  ];
}

async function requireRoles(cluster: Cluster, { secret, integrationNamespace }: InjectionSettings): Promise<void> {
  for (const { kind, name, namespace } of fullRoles(secret.namespace, integrationNamespace)) {
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const found = await cluster.find({ kind: kindOf({ apiVersion, kind }), name, namespace });
    if (found) continue;
    const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
    throw new CompassError('NotInstalled', `there is no ${kind} ${name}${where}, which a whole sidecar works with`);
  }
}

/** The object that is there, if it is one of ours. */
async function requireOurs(cluster: Cluster, object: KubeObject): Promise<KubeObject | undefined> {
  const { name, namespace } = object.metadata;
  const present = await cluster.find<KubeObject>({ kind: kindOf(object), name, namespace });
  if (!present || isOurs(present)) return present;
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const message = `${fullName(object)}${where} is there already, and inject did not make it; nothing was changed`;
  throw new CompassError('ConfigurationBlocked', message);
}

export function isOurs({ metadata }: KubeObject): boolean {
  return Object.entries(INJECTED_LABELS).every(([key, value]) => metadata.labels?.[key] === value);
}

async function apply(
  cluster: Cluster,
  objects: readonly KubeObject[],
  dryRun: DryRun,
  { secret }: InjectionSettings,
): Promise<readonly AppliedObject[]> {
  try {
    return await applyObjects(cluster, objects, { dryRun, force: true });
  } catch (error) {
    if (!hasReason(error, 'ClusterForbidden') || !/not currently held/.test(error.message)) throw error;
    // Nobody gives away what they do not have.
    const right = { verb: 'watch', resource: 'secrets', namespace: secret.namespace, name: secret.name };
    const message = `${error.message.split(':')[0]}: only who holds these rights can give them`;
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError('ClusterForbidden', message, {
      cause: error,
      status: error.status,
      next: canICommand(right),
    });
  }
}
