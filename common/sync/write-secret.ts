import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { SIDECAR_FIELD_MANAGER } from '#common/resources/names.ts';
import type { DesiredSecret } from './desired.ts';
import { desiredSecretDigests } from './digest.ts';
import { toSecret } from './objects.ts';
import { applicationOwners } from './ownership.ts';
import { type PresentApplication, type PresentSecret, toPresentSecret } from './present.ts';
import { problemError } from './problem.ts';
import type { Scene } from './scene.ts';
import { marksOf, type SecretMarks, standingMarks } from './secret-marks.ts';

const FIELD_MANAGER = { fieldManager: SIDECAR_FIELD_MANAGER };

/** A Secret of an Application beside what there is of it. */
export interface ComparedSecret {
  readonly desired: DesiredSecret;
  /** See SecretDigests. */
  readonly digest: string;
  readonly before: PresentSecret | undefined;
  readonly marks: SecretMarks;
  /** Whether what matters about it is as it is desired, although its marks may not be. */
  readonly isSame: boolean;
  /** Whether nothing of it is to be written. */
  readonly isUpToDate: boolean;
}

/** `owner` is the Application, where there is one already. */
export function compareSecret(
  scene: Scene,
  desired: DesiredSecret,
  owner: PresentApplication | undefined,
): ComparedSecret {
  const before = scene.present.secret(desired.name);
  const { digest, contentDigest } = desiredSecretDigests(desired);
  const marks = marksOf({ contentDigest, access: desired.access }, before, scene.marking());
  const isOwned = before?.owners.some(({ uid }) => uid === owner?.uid) === true;
  const isSame = isOwned && scene.alterations.isExpected(objectOf(desired), digest, before.digest);
  return { desired, digest, before, marks, isSame, isUpToDate: isSame && isMarked(scene, before, marks) };
}

/**
 * Brings one Secret of an Application to what is desired. Its other owners stay for now, so that it outlives an
 * Application that is being renamed. The caller has made sure that it is no foreign one. Throws CompassError.
 */
export async function writeSecret(
  scene: Scene,
  { desired, digest, before, marks, isSame, isUpToDate }: ComparedSecret,
  owner: PresentApplication,
): Promise<'created' | 'updated' | 'unchanged'> {
  if (isUpToDate) return 'unchanged';
  const secret = toSecret(desired, owner, before, marks, scene.place);
  if (!before) {
    const answer = await scene.write(() => scene.cluster.create<Secret>(SECRET, secret, FIELD_MANAGER));
    const created = remember(scene, answer, desired);
    scene.alterations.record(objectOf(desired), digest, created.digest);
    return 'created';
  }
  const options = { ...FIELD_MANAGER, force: true };
  const applied = await scene.write(() => scene.cluster.apply<Secret>(SECRET, secret, options));
  const after = remember(scene, await dropOtherKeys(scene, desired, applied), desired);
  scene.alterations.record(objectOf(desired), digest, after.digest);
  scene.alterations.record(marksOfSecret(desired), standingMarks(marks), standingMarks(after.marks));
  return isSame ? 'unchanged' : 'updated';
}

function objectOf({ name }: Pick<PresentSecret, 'name'>): string {
  return `Secret ${name}`;
}

/**
 * Whether a Secret of ours has the fingerprint and the record that it should: one that an earlier sidecar wrote gets them,
 * once. One that the reference agent wrote stays as it is until its content differs.
 */
function isMarked({ alterations }: Scene, { name, ownership, marks }: PresentSecret, wanted: SecretMarks) {
  if (ownership !== 'ours') return true;
  return alterations.isExpected(marksOfSecret({ name }), standingMarks(wanted), standingMarks(marks));
}

function marksOfSecret({ name }: Pick<PresentSecret, 'name'>): string {
  return `marks of Secret ${name}`;
}

/** An apply leaves the keys of other managers, the reference agent's for example; the data is ours whole. */
async function dropOtherKeys(scene: Scene, desired: DesiredSecret, applied: Secret): Promise<Secret> {
  const wanted = desired.content.reveal();
  const others = Object.keys(applied.data ?? {}).filter((key) => !(key in wanted));
  if (others.length === 0) return applied;
  const { name, namespace, resourceVersion } = applied.metadata;
  const patch = { metadata: { resourceVersion }, data: Object.fromEntries(others.map((key) => [key, null])) };
  const ref = { kind: SECRET, name, namespace };
  return scene.write(() => scene.cluster.mergePatch<Secret>(ref, patch, FIELD_MANAGER));
}

/**
 * Throws ForeignObject where a Secret is somebody else's: marked by another connection, an unmarked one that none of our
 * Applications owns, or one that a foreign Application owns. A bundle's id is in the name, so one that another of our
 * Applications still owns is this bundle's all the same, left there by a rename that was cut short.
 */
export function refuseForeign(scene: Scene, secret: PresentSecret): void {
  const owners = applicationOwners(secret.owners).flatMap((uid) => scene.present.applicationByUid(uid) ?? []);
  const isForeign = owners.some(({ ownership }) => ownership === 'foreign');
  if (!isForeign && (secret.ownership === 'ours' || (secret.ownership === 'unmarked' && owners.length > 0))) return;
  const message = `the Secret ${secret.name} in ${scene.place.integrationNamespace} is somebody else's`;
  throw problemError({ reason: 'ForeignObject', message });
}

/** Takes the Applications that a Secret has left from its owners, so that it does not go with them. */
export async function dropOtherOwners(scene: Scene, name: string, owner: PresentApplication): Promise<void> {
  const secret = scene.present.secret(name);
  if (!secret) return;
  const left = applicationOwners(secret.owners).filter(
    (uid) => uid !== owner.uid && scene.present.applicationByUid(uid) !== undefined,
  );
  if (left.length === 0) return;
  const ownerReferences = secret.owners.filter(({ uid }) => !left.includes(uid));
  const patch = { metadata: { uid: secret.uid, resourceVersion: secret.resourceVersion, ownerReferences } };
  const ref = { kind: SECRET, name, namespace: scene.place.integrationNamespace };
  const answer = await scene.write(() => scene.cluster.mergePatch<Secret>(ref, patch, FIELD_MANAGER));
  remember(scene, answer, secret);
}

/** Deletes exactly the Secret that was judged, in the version that was judged. */
export async function deleteSecret(scene: Scene, { name, uid, resourceVersion }: PresentSecret): Promise<void> {
  const ref = { kind: SECRET, name, namespace: scene.place.integrationNamespace };
  await scene.write(() => scene.cluster.delete(ref, { uid, resourceVersion }));
  scene.present.removeSecret(name);
}

/** By the name as it was wanted: the one in the answer would be kept beside it, for as long as the process lives. */
function remember(scene: Scene, secret: Secret, { name }: Pick<PresentSecret, 'name'>): PresentSecret {
  const record = { ...toPresentSecret(secret, scene.place.connectionName), name };
  scene.present.putSecret(record);
  return record;
}
