import type { KubeObject, OwnerReference } from '#common/cluster/objects.ts';
import { APPLICATION, type Application, compassMetadataOf } from '#common/resources/application.ts';
import { CONNECTION_ANNOTATION, DEFAULT_CONNECTION_NAME } from '#common/resources/names.ts';

/**
 * Whose an object is: `ours` carries our connection's name; `unmarked` carries none but was made by an agent for
 * Compass, so it is taken over where its id is listed; `foreign` is somebody else's and is never touched.
 */
export type Ownership = 'ours' | 'unmarked' | 'foreign';

/** Applications without `spec.compassMetadata` are not from Compass at all. */
export function applicationOwnership(application: Application, connectionName: string): Ownership {
  if (!compassMetadataOf(application)) return 'foreign';
  return markedBy(application, connectionName);
}

/**
 * A Secret's own marks. An unmarked one is the agent's only when it is labelled and named as the agent's are; whether
 * it may be taken over depends on its owners.
 */
export function secretOwnership(secret: KubeObject, connectionName: string): Ownership {
  const ownership = markedBy(secret, connectionName);
  const { app, bundleId } = secret.metadata.labels ?? {};
  const isMapped = Boolean(app && bundleId && secret.metadata.name.endsWith(`-${bundleId}`));
  return ownership === 'unmarked' && !isMapped ? 'foreign' : ownership;
}

function markedBy(object: KubeObject, connectionName: string): Ownership {
  const connection = object.metadata.annotations?.[CONNECTION_ANNOTATION];
  if (!connection) return 'unmarked';
  return connection === connectionName ? 'ours' : 'foreign';
}

/**
 * Whether an object of this ownership, whose id is not listed, may be deleted or given to another id: an unmarked one
 * only by the connection that has the agent's own name, because another sidecar may be about to adopt it.
 */
export function isDisposable(ownership: Ownership, connectionName: string): boolean {
  return ownership === 'ours' || (ownership === 'unmarked' && connectionName === DEFAULT_CONNECTION_NAME);
}

const [APPLICATION_GROUP] = APPLICATION.apiVersion.split('/');

/** The uids of the Applications that own an object, in whatever version of their API. */
export function applicationOwners(owners: readonly OwnerReference[]): readonly string[] {
  return owners
    .filter(({ apiVersion, kind }) => kind === APPLICATION.kind && apiVersion.split('/')[0] === APPLICATION_GROUP)
    .map(({ uid }) => uid);
}
