import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { secretValues } from '#common/cluster/secret-values.ts';
import { isRecord } from '#common/json.ts';
import { type Application, type FoundEntry, servicesOf } from '#common/resources/application.ts';
import { CONNECTION_ANNOTATION, SIDECAR_FIELD_MANAGER } from '#common/resources/names.ts';
import { Sensitive } from '#common/sensitive.ts';
import { type Access, parseAccess, readAccess } from './access-record.ts';
import type { DesiredSecret } from './desired.ts';
import { credentialsSecretName } from './names.ts';
import { applicationOwners } from './ownership.ts';
import type { Scene } from './scene.ts';
import { readMarks } from './secret-marks.ts';

/** Credentials that were good when they were written. */
export interface LastGood {
  readonly access: Access;
  readonly content: DesiredSecret['content'];
}

/** The entries that a bundle has in the cluster. */
export function lastEntries(application: Application, bundleId: string): readonly FoundEntry[] {
  return servicesOf(application).find(({ id }) => id === bundleId)?.entries ?? [];
}

/**
 * The last good credentials of a bundle, from the Secret that the mapping gives it under the name of one of these
 * Applications: what an Application's entries name is not followed, because whoever edits it could name any Secret.
 * Throws CompassError.
 */
export async function findLastGood(
  scene: Scene,
  bundleId: string,
  applications: readonly Application[],
): Promise<LastGood | undefined> {
  for (const application of applications) {
    const name = credentialsSecretName(application.metadata.name, bundleId);
    const secret = await findOwn(scene, name, bundleId, application);
    const access = secret && accessOf(secret, application, bundleId);
    if (access) return { access, content: new Sensitive(secretValues(secret)) };
  }
  return undefined;
}

/** What the Secret of that name holds, decoded; undefined where there is none of that bundle and Application. Throws CompassError. */
export async function findOwn(
  { cluster, place }: Scene,
  name: string,
  bundleId: string,
  { metadata: { uid = '' } }: Application,
): Promise<Secret | undefined> {
  const secret = await cluster.find<Secret>({ kind: SECRET, name, namespace: place.integrationNamespace });
  const { labels, annotations, ownerReferences = [] } = secret?.metadata ?? {};
  const isForeign = (annotations?.[CONNECTION_ANNOTATION] ?? place.connectionName) !== place.connectionName;
  const isOfBundle = (labels?.['bundleId'] ?? bundleId) === bundleId;
  const isOwned = applicationOwners(ownerReferences).includes(uid);
  return secret?.data && isOwned && isOfBundle && !isForeign ? secret : undefined;
}

/**
 * By our own record. The reference agent leaves none: then the type follows from the content, and URLs are taken from
 * the entries only as long as these are as agent or sidecar wrote them. Without its URL, OAuth is of no use.
 */
function accessOf(secret: Secret, application: Application, bundleId: string): Access | undefined {
  const recorded = parseAccess(readMarks(secret.metadata.annotations).access);
  if (recorded) return recorded;
  const type = typeOf(secretValues(secret));
  const [block] = isUnedited(application)
    ? lastEntries(application, bundleId).flatMap(({ credentials }) => credentials ?? [])
    : [];
  return readAccess(block?.type === type ? { ...block } : { type });
}

function typeOf(content: Readonly<Record<string, string>>): string | undefined {
  if (content['clientId'] && content['clientSecret']) return 'OAuth';
  return content['username'] && content['password'] ? 'Basic' : undefined;
}

/** Whether the services are, by the managedFields, from whoever wrote what Compass knows the Application by: an edit is told by its manager. */
function isUnedited({ metadata: { managedFields = [] } }: Application): boolean {
  const writers = managedFields.flatMap(({ manager, operation, fieldsV1 }) => {
    const spec = isRecord(fieldsV1) && isRecord(fieldsV1['f:spec']) ? fieldsV1['f:spec'] : {};
    if (!('f:services' in spec)) return [];
    return operation === 'Apply' ? manager === SIDECAR_FIELD_MANAGER : 'f:compassMetadata' in spec;
  });
  return writers.length > 0 && writers.every(Boolean);
}
