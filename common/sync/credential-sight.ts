import type { DirectorItem } from '#common/compass/director-types.ts';
import type { Desired } from './desired.ts';
import type { Listing } from './listing.ts';
import { isDisposable } from './ownership.ts';
import type { Present, PresentApplication } from './present.ts';

/**
 * Whether the Director still shows us credentials. It answers null for what a certificate may not see, so a scope that is
 * lost looks like credentials that were taken from every Application at once. That is believed of one Application
 * alone, or as soon as the listing shows a credential anywhere; else the credentials are kept. One for each round.
 */
export class CredentialSight {
  readonly #present: Present;
  readonly #connectionName: string;
  /** The Applications that have credentials in the cluster, by their ids; found when it is asked for first. */
  #found: Set<string> | undefined;
  #verdict: 'unknown' | 'removed' | 'vanished' = 'unknown';
  #isWaiting = false;

  constructor(present: Present, connectionName: string) {
    this.#present = present;
    this.#connectionName = connectionName;
  }

  beginListing(): void {
    this.#isWaiting = false;
  }

  /** Looks at what is listed before anything of it is settled. */
  look({ showsAccess }: Pick<DirectorItem, 'showsAccess'>): void {
    if (showsAccess) this.#verdict = 'removed';
  }

  /**
   * The Application as it is to be brought into the cluster: with the bundles whose credentials are to be kept, if any.
   * Undefined where it would lose credentials and the listing has not shown yet what that means.
   */
  judge(desired: Desired): Desired | undefined {
    if (this.#verdict === 'removed') return desired;
    const vanished = this.#lostBy(desired);
    if (vanished.length === 0) return desired;
    if (this.#verdict === 'vanished') return { ...desired, vanished };
    this.#isWaiting = true;
    return undefined;
  }

  /** The end of a reading: whoever waits is brought up to date in another one. */
  conclude({ error }: Pick<Listing, 'error'>): void {
    if (this.#verdict !== 'unknown' || !this.#isWaiting || error) return;
    this.#verdict = this.#holders.size > 1 ? 'vanished' : 'removed';
  }

  /** Whether no Secret may go, because what refers to it may only be hidden. */
  get isLost(): boolean {
    return this.#verdict === 'vanished';
  }

  /** The bundles that are listed without the credentials or parameters that they have in the cluster. */
  #lostBy({ id, spec, secrets, kept }: Desired): readonly string[] {
    const records = this.#present.applicationsOf(id);
    const shown = new Set([...secrets.map(({ labels }) => labels.bundleId), ...kept.map(({ bundleId }) => bundleId)]);
    const lost = spec.services
      .map((service) => service.id)
      .filter((bundle) => !shown.has(bundle) && records.some((record) => record.bundlesWithSecrets.includes(bundle)));
    if (lost.length > 0) for (const record of records) count(this.#holders, record);
    return lost;
  }

  /** What lost credentials before it is asked was judged before, and asked for this. */
  get #holders(): Set<string> {
    if (this.#found) return this.#found;
    this.#found = new Set();
    for (const record of this.#present.applications()) {
      if (isDisposable(record.ownership, this.#connectionName)) count(this.#found, record);
    }
    return this.#found;
  }
}

function count(holders: Set<string>, { id, uid, bundlesWithSecrets }: PresentApplication): void {
  if (bundlesWithSecrets.length > 0) holders.add(id ?? uid);
}
