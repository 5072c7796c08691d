import type { Clock } from '#common/clock.ts';
import type { Cluster, ObjectRef } from '#common/cluster/cluster.ts';
import { SECRET } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { concurrently } from './concurrently.ts';
import type { Change } from './outcome.ts';
import { applicationOwners, isDisposable } from './ownership.ts';
import type { Place } from './place.ts';
import type { Present, PresentApplication, PresentSecret } from './present.ts';
import { readPresent } from './read-present.ts';
import { isClusterWide, writer } from './scene.ts';
import { WriteGate } from './write-gate.ts';

export interface PurgeOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly place: Place;
  /** Ends it between two writes. */
  readonly signal?: AbortSignal | undefined;
}

/** What a purge did, and what it could not do. */
export interface Purged {
  /** Names. */
  readonly deleted: readonly string[];
  /** Applications of this connection that are still there. */
  readonly remaining: number;
  readonly changes: readonly Change[];
  /** Why the first of those that are still there was not deleted. */
  readonly error?: CompassError | undefined;
}

/** Whoever changes an object meanwhile has it judged anew, a few times. */
const MOST_ROUNDS = 4;
const CONCURRENT_DELETIONS = 4;
const CAUSE = 'disconnected';

/**
 * Deletes every Application that this connection keeps, and its Secrets: because somebody asked for exactly that, so no
 * listing is needed. What is not ours by the rule of ownership stays. Throws what concerns the cluster as a whole, and
 * Stopped.
 */
export async function purgeApplications({ cluster, clock, place, signal }: PurgeOptions): Promise<Purged> {
  const write = writer(new WriteGate(clock, Math.random), signal);
  const deleted: string[] = [];
  const changes: Change[] = [];
  for (let rounds = 1; ; rounds += 1) {
    const ours = findOurs((await readPresent(cluster, place, signal)).present, place);
    let error: CompassError | undefined;
    const kept = new Set<string>();
    const remove = async (kind: Change['kind'], ref: ObjectRef, version: Version) => {
      const result = await deleteOne(() => write(() => cluster.delete(ref, version)));
      if (result instanceof CompassError) {
        error ??= result;
        kept.add(version.uid);
      }
      if (result !== true) return;
      if (kind === 'Application') deleted.push(ref.name);
      changes.push({ time: clock.now(), kind, name: ref.name, action: 'deleted', cause: CAUSE });
    };
    await concurrently(ours.applications, CONCURRENT_DELETIONS, ({ name, uid, resourceVersion }) =>
      remove('Application', { kind: APPLICATION, name }, { uid, resourceVersion, propagationPolicy: 'Background' }),
    );
    // What an Application that stays names stays as well.
    const unused = ours.secrets.filter(({ owners }) => !applicationOwners(owners).some((uid) => kept.has(uid)));
    await concurrently(unused, CONCURRENT_DELETIONS, ({ name, uid, resourceVersion }) =>
      remove('Secret', { kind: SECRET, namespace: place.integrationNamespace, name }, { uid, resourceVersion }),
    );
    if (error === undefined) return { deleted, remaining: 0, changes };
    if (hasReason(error, 'ClusterConflict') && rounds < MOST_ROUNDS) continue;
    const remaining = ours.applications.filter(({ name }) => !deleted.includes(name)).length;
    return { deleted, remaining, changes, error };
  }
}

interface Version {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly propagationPolicy?: 'Background';
}

/** True where it was there until now; or why it still is. */
async function deleteOne(remove: () => Promise<boolean>): Promise<boolean | CompassError> {
  try {
    return await remove();
  } catch (error) {
    if (!(error instanceof CompassError) || isClusterWide(error)) throw error;
    return error;
  }
}

/** Applications of this connection; and Secrets of ours that nothing but these owns, since Kubernetes removes only those with an owner. */
function findOurs(
  present: Present,
  { connectionName }: Place,
): { readonly applications: readonly PresentApplication[]; readonly secrets: readonly PresentSecret[] } {
  const applications = [...present.applications()].filter(
    ({ ownership, isTerminating }) => isDisposable(ownership, connectionName) && !isTerminating,
  );
  const going = new Set(applications.map(({ uid }) => uid));
  const isOurs = ({ ownership, isTerminating, owners }: PresentSecret) => {
    const uids = applicationOwners(owners);
    const isOnlyOurs =
      uids.length === owners.length && uids.every((uid) => going.has(uid) || !present.applicationByUid(uid));
    return ownership === 'ours' && !isTerminating && isOnlyOurs;
  };
  return { applications, secrets: [...present.secrets()].filter(isOurs) };
}
