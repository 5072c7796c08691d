import { isDeepStrictEqual } from 'node:util';
import type { Cluster, ObjectRef } from '#common/cluster/cluster.ts';
import { type KubeObject, NAMESPACE } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import type { DryRun } from '../dry-run.ts';
import { PLUGIN_FIELD_MANAGER } from '../requests/ask.ts';
import { changesBetween, comparable, type FieldChange, overlaid } from './changes.ts';
import { kindOf } from './kinds.ts';

export type ApplyAction = 'created' | 'configured' | 'unchanged';

/** What became, or in a dry run would become, of one object. */
export interface AppliedObject {
  /** As it was asked for. */
  readonly desired: KubeObject;
  /** As it is then. */
  readonly object: KubeObject;
  readonly action: ApplyAction;
  /** Of one that was there. */
  readonly changes: readonly FieldChange[];
  /** Of a server dry run: the server was not asked, since the object's namespace would be made first. */
  readonly unchecked?: true;
}

export interface ApplyObjectsOptions {
  readonly dryRun: DryRun;
  /** Takes fields over that other managers set; else they are a conflict. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  /** Told of each object when it is done. */
  readonly onApplied?: (applied: AppliedObject) => void;
}

/**
 * Applies objects one after the other, in their order, by server-side apply with the plugin's field manager. Throws what the
 * cluster throws for the first one that it refuses: what came before it stays. A field that somebody else set to another
 * value is a ClusterConflict that says so, unless `force`.
 */
export async function applyObjects(
  cluster: Cluster,
  objects: readonly KubeObject[],
  { dryRun, force = false, signal, onApplied }: ApplyObjectsOptions,
): Promise<readonly AppliedObject[]> {
  const applied: AppliedObject[] = [];
  const missing = dryRun === 'server' ? await namespacesToMake(cluster, objects, signal) : [];
  for (const object of objects) {
    const one = await applyOne(cluster, object, { dryRun, force, signal, missing });
    applied.push(one);
    onApplied?.(one);
  }
  return applied;
}

/** The namespaces that are among the objects, and not there yet: in a dry run nothing can be checked in them. */
export async function namespacesToMake(
  cluster: Cluster,
  objects: readonly KubeObject[],
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const names = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
  const found = await Promise.all(names.map((name) => cluster.find<KubeObject>({ kind: NAMESPACE, name }, signal)));
  return names.filter((_, i) => found[i] === undefined);
}

interface OneOptions {
  readonly dryRun: DryRun;
  readonly force: boolean;
  readonly signal: AbortSignal | undefined;
  /** Namespaces that are not there in a dry run, but would be. */
  readonly missing: readonly string[];
}

/** As applyObjects does with each of them. */
export async function applyOne(cluster: Cluster, desired: KubeObject, options: OneOptions): Promise<AppliedObject> {
  const { dryRun, signal, missing } = options;
  const { name, namespace } = desired.metadata;
  const ref: ObjectRef = { kind: kindOf(desired), name, namespace };
  const before = await cluster.find<KubeObject>(ref, signal);
  if (dryRun === 'client') return judged(before, (before ? overlaid(before, desired) : desired) as KubeObject, desired);
  if (dryRun === 'server' && namespace !== undefined && missing.includes(namespace)) {
    return { ...judged(before, desired, desired), unchecked: true };
  }
  return judged(before, await send(cluster, desired, options), desired);
}

function judged(before: KubeObject | undefined, object: KubeObject, desired: KubeObject): AppliedObject {
  if (!before) return { desired, object, action: 'created', changes: [] };
  const [was, is] = [comparable(before), comparable(object)];
  if (isDeepStrictEqual(was, is)) return { desired, object, action: 'unchanged', changes: [] };
  return { desired, object, action: 'configured', changes: changesBetween(was, is) };
}

async function send(cluster: Cluster, object: KubeObject, { dryRun, force, signal }: OneOptions): Promise<KubeObject> {
  const apply = (isForced: boolean) =>
    cluster.apply(kindOf(object), object, {
      fieldManager: PLUGIN_FIELD_MANAGER,
      force: isForced,
      dryRun: dryRun === 'server',
      ...(signal ? { signal } : {}),
    });
  try {
    return await apply(force);
  } catch (error) {
    if (!hasReason(error, 'ClusterConflict')) throw error;
    // What this plugin changed by a patch, such as the number of replicas, belongs to it all the same.
    if (isOnlyOurs(error.message)) return apply(true);
    const next = 'say --force-conflicts to set these fields all the same, or let the other one give them up';
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError('ClusterConflict', error.message, { cause: error, status: error.status, next });
  }
}

/** The managers in the server's words: `conflict with "kubectl" using apps/v1: .spec.replicas`. */
function isOnlyOurs(message: string): boolean {
  const managers = [...message.matchAll(/conflicts? with "([^"]*)"/g)].map(([, manager]) => manager);
  return managers.length > 0 && managers.every((manager) => manager === PLUGIN_FIELD_MANAGER);
}
