import { type KubeObject, SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { type PresentApplication, type PresentSecret, toPresentApplication, toPresentSecret } from './present.ts';
import type { Round } from './round.ts';
import { isClusterWide } from './scene.ts';
import { deleteApplication } from './write-application.ts';
import { deleteSecret } from './write-secret.ts';

/**
 * Deletes an Application that is to go, unless it is another one by now than was judged: then what is known of it is
 * brought up to date, and the next round judges anew. Gives whether it was deleted; why it could not be is in the tally.
 */
export function removeApplication(round: Round, judged: PresentApplication): Promise<boolean> {
  const { cluster, place, present } = round.scene;
  const { name } = judged;
  return removeAsJudged(round, judged, {
    read: () => cluster.find<Application>({ kind: APPLICATION, name }),
    update: (found) => present.putApplication(toPresentApplication(found, place.connectionName)),
    forget: () => present.removeApplication(name),
    remove: () => deleteApplication(round.scene, judged),
  });
}

/** As removeApplication, for a Secret. */
export function removeSecret(round: Round, judged: PresentSecret): Promise<boolean> {
  const { cluster, place, present } = round.scene;
  const { name } = judged;
  return removeAsJudged(round, judged, {
    read: () => cluster.find<Secret>({ kind: SECRET, name, namespace: place.integrationNamespace }),
    update: (found) => present.putSecret(toPresentSecret(found, place.connectionName)),
    forget: () => present.removeSecret(name),
    remove: () => deleteSecret(round.scene, judged),
  });
}

interface Removal<T extends KubeObject> {
  /** As a quorum read: from what is stored, never from a cache. */
  read(): Promise<T | undefined>;
  update(found: T): void;
  forget(): void;
  remove(): Promise<void>;
}

type Judged = Pick<PresentApplication, 'name' | 'uid' | 'resourceVersion'> & { readonly id?: string | undefined };

async function removeAsJudged<T extends KubeObject>(
  round: Round,
  judged: Judged,
  { read, update, forget, remove }: Removal<T>,
): Promise<boolean> {
  const { id, name } = judged;
  const mayGoOn = () => !round.applyError && round.scene.mayDelete();
  try {
    if (!mayGoOn()) return false;
    const found = await round.scene.read(read);
    if (!found) forget();
    else if (!isSame(found, judged)) update(found);
    else if (mayGoOn()) return await remove().then(() => true);
    return false;
  } catch (error) {
    if (!(error instanceof CompassError)) throw error;
    if (isClusterWide(error)) round.applyError ??= error;
    if (!hasReason(error, 'ClusterConflict')) round.tally.fail({ id, name }, error);
    return false;
  }
}

function isSame({ metadata }: KubeObject, { uid, resourceVersion }: Judged): boolean {
  return metadata.uid === uid && metadata.resourceVersion === resourceVersion;
}
