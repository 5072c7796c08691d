import { attempt } from './conclude.ts';
import { concurrently } from './concurrently.ts';
import type { Candidate, DeletionVerdict } from './deletions.ts';
import type { Listing } from './listing.ts';
import { credentialsSecretName, parametersSecretName } from './names.ts';
import { applicationOwners, isDisposable } from './ownership.ts';
import type { PresentApplication, PresentSecret } from './present.ts';
import type { Round } from './round.ts';
import { deleteApplication } from './write-application.ts';
import { deleteSecret } from './write-secret.ts';

/** What a complete listing leaves without a reason to be. */
export interface Unlisted {
  /** The uids of the Applications that this connection keeps, the unlisted ones among them; none that is on its way out. */
  readonly present: readonly string[];
  readonly applications: readonly PresentApplication[];
  readonly secrets: readonly PresentSecret[];
}

/** Finds what the Director no longer lists: Applications by their ids, Secrets by what the Applications refer to. */
export function findUnlisted(round: Round, listing: Pick<Listing, 'heads'>): Unlisted {
  const { present, place } = round.scene;
  const isListed = ({ id }: PresentApplication) => id !== undefined && listing.heads.has(id);
  const kept = [...present.applications()].filter(
    (record) =>
      !record.isTerminating &&
      record.ownership !== 'foreign' &&
      (isListed(record) || isDisposable(record.ownership, place.connectionName)),
  );
  return {
    present: kept.map(({ uid }) => uid),
    applications: kept.filter((record) => !isListed(record)),
    secrets: [...present.secrets()].filter((secret) => isOrphan(round, secret)),
  };
}

/**
 * A Secret of ours that nobody refers to: every Application that owns it is as it is listed, and names it nowhere, or
 * there is none. While an Application fails or waits to be deleted, its Secrets stay with it, also one that it names only;
 * while credentials are hidden all do.
 */
function isOrphan(round: Round, secret: PresentSecret): boolean {
  const { scene, sight, tally } = round;
  if (sight.isLost) return false;
  if (secret.ownership === 'foreign' || secret.isTerminating || tally.wanted.has(secret.name)) return false;
  const owners = applicationOwners(secret.owners);
  if (owners.length < secret.owners.length) return false;
  const live = owners.filter((uid) => scene.present.applicationByUid(uid) !== undefined);
  const isLeft = live.length === 0 ? secret.ownership === 'ours' : live.every((uid) => tally.settled.has(uid));
  return isLeft && !isNamedByUnsettled(round, secret);
}

/** Two names of one Application may be cut to one Secret: the former of a rename names it for as long as it is there. */
function isNamedByUnsettled({ scene, tally }: Round, { name: secret }: PresentSecret): boolean {
  return [...scene.present.applications()].some(
    ({ uid, name, bundlesWithSecrets }) =>
      !tally.settled.has(uid) &&
      bundlesWithSecrets.some((bundle) =>
        [credentialsSecretName(name, bundle), parametersSecretName(name, bundle)].includes(secret),
      ),
  );
}

export function toCandidate({ uid, name }: PresentApplication | PresentSecret): Candidate {
  return { key: uid, name };
}

const CONCURRENT_DELETIONS = 4;

/** Carries out what was judged, each in the version that was judged. Kubernetes removes the Secrets with their Application. */
export async function deleteUnlisted(round: Round, unlisted: Unlisted, verdict: DeletionVerdict): Promise<void> {
  const applications = unlisted.applications.filter(({ uid }) => verdict.applications.has(uid));
  await concurrently(applications, CONCURRENT_DELETIONS, async (record) => {
    if (round.applyError || !round.scene.mayDelete()) return;
    const isDeleted = await attempt(round, record, () => deleteApplication(round.scene, record));
    if (isDeleted) round.tally.change('Application', record.name, 'deleted', 'no longer listed');
  });
  const secrets = unlisted.secrets.filter(({ uid }) => verdict.secrets.has(uid));
  await concurrently(secrets, CONCURRENT_DELETIONS, async (secret) => {
    if (round.applyError || !round.scene.mayDelete()) return;
    const isDeleted = await attempt(round, secret, () => deleteSecret(round.scene, secret));
    if (isDeleted) round.tally.change('Secret', secret.name, 'deleted', 'nothing refers to it');
  });
}
