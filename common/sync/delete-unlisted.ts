import { concurrently } from './concurrently.ts';
import type { Candidate, DeletionVerdict, Keys } from './deletions.ts';
import type { Listing } from './listing.ts';
import { credentialsSecretName, parametersSecretName } from './names.ts';
import { applicationOwners, isDisposable } from './ownership.ts';
import type { Present, PresentApplication, PresentSecret } from './present.ts';
import { removeApplication, removeSecret } from './remove-as-judged.ts';
import type { Round } from './round.ts';

/** What a complete listing leaves without a reason to be. */
export interface Unlisted {
  readonly present: KeptApplications;
  readonly applications: readonly PresentApplication[];
  readonly secrets: readonly PresentSecret[];
}

/** Finds what the Director no longer lists: Applications by their ids, Secrets by what the Applications refer to. */
export function findUnlisted(round: Round, listing: Pick<Listing, 'heads'>): Unlisted {
  const { present, place } = round.scene;
  const kept: string[] = [];
  const applications: PresentApplication[] = [];
  for (const name of present.applicationNames()) {
    const record = round.tally.isPlain(name) ? undefined : present.application(name);
    const isListed = !record || (record.id !== undefined && listing.heads.has(record.id));
    if (record && !isKept(record, isListed, place.connectionName)) continue;
    kept.push(name);
    if (record && !isListed) applications.push(record);
  }
  return { present: new KeptApplications(present, kept), applications, secrets: findOrphans(round) };
}

function isKept({ ownership, isTerminating }: PresentApplication, isListed: boolean, connectionName: string): boolean {
  if (isTerminating || ownership === 'foreign') return false;
  return isListed || isDisposable(ownership, connectionName);
}

/** The uids of the Applications that this connection keeps, the unlisted ones among them; none that is on its way out. */
class KeptApplications implements Keys {
  readonly #present: Present;
  readonly #names: readonly string[];

  constructor(present: Present, names: readonly string[]) {
    this.#present = present;
    this.#names = names;
  }

  get length(): number {
    return this.#names.length;
  }

  /** Seldom asked for, and dear: only a plan that was held or let go is compared with all of them. */
  *[Symbol.iterator](): Iterator<string> {
    for (const name of this.#names) {
      const record = this.#present.application(name);
      if (record) yield record.uid;
    }
  }
}

/**
 * The Secrets of ours that nobody refers to: every Application that owns one is as it is listed, and names it nowhere, or
 * there is none. While an Application fails or waits to be deleted, its Secrets stay with it, also one that it names only;
 * while credentials are hidden all do.
 */
function findOrphans(round: Round): readonly PresentSecret[] {
  const { scene, sight, tally } = round;
  if (sight.isLost) return [];
  const orphans: PresentSecret[] = [];
  for (const name of scene.present.secretNames()) {
    const secret = tally.wanted.has(name) ? undefined : scene.present.secret(name);
    if (secret && isLeft(round, secret)) orphans.push(secret);
  }
  if (orphans.length === 0) return orphans;
  const named = namesOfUnsettled(round);
  return orphans.filter(({ name }) => !named.has(name));
}

function isLeft({ scene, tally }: Round, { ownership, isTerminating, owners }: PresentSecret): boolean {
  if (ownership === 'foreign' || isTerminating) return false;
  const uids = applicationOwners(owners);
  if (uids.length < owners.length) return false;
  const live = uids.flatMap((uid) => scene.present.applicationByUid(uid) ?? []);
  return live.length === 0 ? ownership === 'ours' : live.every(({ name }) => tally.isSettled(name));
}

/** Two names of one Application may be cut to one Secret: the former of a rename names it for as long as it is there. */
function namesOfUnsettled({ scene, tally }: Round): ReadonlySet<string> {
  const names = new Set<string>();
  for (const name of scene.present.applicationNames()) {
    if (tally.isSettled(name)) continue;
    for (const bundle of scene.present.application(name)?.bundlesWithSecrets ?? []) {
      names.add(credentialsSecretName(name, bundle)).add(parametersSecretName(name, bundle));
    }
  }
  return names;
}

export function toCandidate({ uid, name }: PresentApplication | PresentSecret): Candidate {
  return { key: uid, name };
}

const CONCURRENT_DELETIONS = 4;

/** Carries out what was judged, each in the version that was judged. Kubernetes removes the Secrets with their Application. */
export async function deleteUnlisted(round: Round, unlisted: Unlisted, verdict: DeletionVerdict): Promise<void> {
  const cause = causeOf(verdict);
  const applications = unlisted.applications.filter(({ uid }) => verdict.applications.has(uid));
  await concurrently(applications, CONCURRENT_DELETIONS, async (record) => {
    const isDeleted = await removeApplication(round, record);
    if (isDeleted) round.tally.change('Application', record.name, 'deleted', cause);
  });
  const secrets = unlisted.secrets.filter(({ uid }) => verdict.secrets.has(uid));
  await concurrently(secrets, CONCURRENT_DELETIONS, async (secret) => {
    const isDeleted = await removeSecret(round, secret);
    if (isDeleted) round.tally.change('Secret', secret.name, 'deleted', 'nothing refers to it');
  });
}

function causeOf({ decision, state: { released } }: DeletionVerdict): string {
  if (decision?.verdict === 'approved') {
    return `no longer listed; plan ${decision.plan} was approved${decision.by ? ` by ${decision.by}` : ''}`;
  }
  return released ? 'no longer listed; nobody rejected the plan while it was held' : 'no longer listed';
}
