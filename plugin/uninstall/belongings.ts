import { isDeepStrictEqual } from 'node:util';
import type { Cluster, ObjectRef } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type KubeObject, LEASE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { comparable, overlaid } from '../install/changes.ts';
import { isOfManifests, kindOf } from '../install/kinds.ts';
import { installationObjects } from '../install/manifests.ts';
import { ownPlaces } from '../install/own-places.ts';
import type { InstallationValues } from '../install/values.ts';
import { PLUGIN_FIELD_MANAGER } from '../requests/ask.ts';
import type { UninstallOptions } from './options.ts';
import { findTakenOver } from './taken-over.ts';

/** Something that is there, and what becomes of it. */
export interface Belonging {
  readonly ref: ObjectRef;
  readonly uid: string | undefined;
  /** Why it stays; undefined of what goes. */
  readonly keptBecause?: string;
  /** Of a Secret that people put something else into: what of it goes. */
  readonly keys?: readonly string[];
}

/** Keys of the two Secrets that people and the sidecar write for the connection. */
const CONFIGURATION_KEYS = ['CONNECTOR_URL', 'RUNTIME_ID', 'TENANT', 'TOKEN'];
const CLIENT_KEYS = ['crt', 'key', 'crtChain'];

/**
 * All that is there of an installation, in the order in which it goes: first what the sidecar wrote, then the objects of the
 * manifests in the reverse of their order, the Deployment last, which says what the installation was made with, so that what
 * was interrupted can be called again.
 */
export async function findBelongings(
  cluster: Cluster,
  values: InstallationValues,
  options: UninstallOptions,
): Promise<readonly Belonging[]> {
  const added = await findTakenOver(cluster, values);
  const found = await Promise.all([
    ...derived(values).map((ref) => look(cluster, ref)),
    ...credentials(cluster, values, options.deleteCredentials),
    ...[...added, ...manifests(values)].map((object) => lookAtManifest(cluster, object)),
  ]);
  return found.filter((one) => one !== undefined);
}

/** What only a running sidecar needs, and keeps up to date. */
function derived({ namespace, connectionName }: InstallationValues): readonly ObjectRef[] {
  const { report, plan, secrets, lease } = ownObjectNames(connectionName);
  return [
    ...[plan, secrets, report].map((name) => ({ kind: CONFIG_MAP, namespace, name })),
    { kind: LEASE, namespace, name: lease },
  ];
}

function credentials(
  cluster: Cluster,
  values: InstallationValues,
  isAsked: boolean,
): readonly Promise<Belonging | undefined>[] {
  const { namespace, connectionName } = values;
  const { journal, state } = ownObjectNames(connectionName);
  const { configuration, client } = ownPlaces(values);
  const keep = <T extends Belonging | undefined>(one: T) =>
    one && !isAsked ? { ...one, keptBecause: 'credentials are kept unless --delete-credentials is said' } : one;
  return [
    lookAtSecret(cluster, { kind: SECRET, ...client }, CLIENT_KEYS).then(keep),
    lookAtSecret(cluster, { kind: SECRET, ...configuration }, CONFIGURATION_KEYS).then(keep),
    ...[journal, state].map((name) => look(cluster, { kind: SECRET, namespace, name }).then(keep)),
    look(cluster, { kind: COMPASS_CONNECTION, name: connectionName }).then(keep),
  ];
}

/** Also what was applied beside by other means. */
function manifests(values: InstallationValues): readonly KubeObject[] {
  const all = installationObjects({ ...values, istioCa: true, networkPolicy: true });
  const deployment = all.filter(({ kind }) => kind === 'Deployment');
  return [...all.filter(({ kind }) => kind !== 'Deployment').toReversed(), ...deployment];
}

async function look(cluster: Cluster, ref: ObjectRef): Promise<Belonging | undefined> {
  const found = await findOrHidden(cluster, ref);
  if (found === 'hidden') return { ref, uid: undefined };
  return found && { ref, uid: found.metadata.uid };
}

/** What may not be read may well be there: it is deleted by its name, where it may be deleted. */
async function findOrHidden<T extends KubeObject>(cluster: Cluster, ref: ObjectRef): Promise<T | 'hidden' | undefined> {
  try {
    return await cluster.find<T>(ref);
  } catch (error) {
    if (hasReason(error, 'ClusterForbidden')) return 'hidden';
    throw error;
  }
}

async function lookAtSecret(
  cluster: Cluster,
  ref: ObjectRef,
  ownKeys: readonly string[],
): Promise<Belonging | undefined> {
  const found = await findOrHidden<Secret>(cluster, ref);
  if (found === undefined) return undefined;
  if (found === 'hidden') return { ref, uid: undefined };
  const keys = Object.keys(found.data ?? {});
  const own = keys.filter((key) => ownKeys.includes(key));
  const base = { ref, uid: found.metadata.uid };
  if (own.length === keys.length) return base;
  return own.length > 0
    ? { ...base, keys: own }
    : { ...base, keptBecause: 'it holds nothing but what somebody else put there' };
}

async function lookAtManifest(cluster: Cluster, desired: KubeObject): Promise<Belonging | undefined> {
  const { name, namespace } = desired.metadata;
  const ref = { kind: kindOf(desired), name, namespace };
  const found = await findOrHidden<KubeObject>(cluster, ref);
  if (found === undefined) return undefined;
  if (found === 'hidden') return { ref, uid: undefined };
  const base = { ref, uid: found.metadata.uid };
  if (desired.kind === 'Namespace') return { ...base, keptBecause: 'a namespace may hold more than the sidecar' };
  return isOurs(found, desired) ? base : { ...base, keptBecause: 'somebody else made it' };
}

/** Made by this plugin or from the manifests; or as the manifests have it, though without their labels. */
function isOurs(found: KubeObject, desired: KubeObject): boolean {
  const { managedFields = [] } = found.metadata;
  if (isOfManifests(found)) return true;
  if (managedFields.some(({ manager, operation }) => manager === PLUGIN_FIELD_MANAGER && operation === 'Apply'))
    return true;
  const { labels: _, ...metadata } = desired.metadata;
  return isDeepStrictEqual(comparable(overlaid(found, { ...desired, metadata }) as object), comparable(found));
}
