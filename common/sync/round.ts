import { showsAccess } from '#common/compass/director-item.ts';
import type { DirectorApplication, DirectorItem } from '#common/compass/director-types.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { applyDesired } from './apply.ts';
import { CredentialSight } from './credential-sight.ts';
import type { Desired, Mapped, MappingSettings } from './desired.ts';
import { keepCredentials } from './kept.ts';
import { toDesired } from './mapping.ts';
import { decide, foreignApplication } from './plan.ts';
import type { PresentApplication } from './present.ts';
import { isLasting, isTooLarge, type Problem } from './problem.ts';
import { refresh } from './refresh.ts';
import type { PageMemory } from './remembered-page.ts';
import { isClusterWide, type Scene } from './scene.ts';
import { SettledBefore } from './settled-before.ts';
import type { Tally } from './tally.ts';
import { noteSyncError } from './write-application.ts';

/** How often one Application is planned anew because the cluster moved on meanwhile. */
const MOST_TRIES = 4;
/** So many Applications in a row that fail for the same outside reason: the others would as well. */
const MOST_REFUSALS = 10;
/** Applications whose content is kept until the listing is complete; those beyond wait for the next reading. */
const MOST_DEFERRED = 500;

/** Why an Application is written: because it is listed otherwise than before, or because the cluster has it otherwise. */
const CAUSES = {
  listing: { create: 'newly listed', update: 'differs from what is listed' },
  drift: { create: 'was gone from the cluster', update: 'was changed in the cluster' },
} as const;

/** An Application on its way from the names that it had. */
export interface Move {
  readonly desired: Desired;
  readonly from: readonly string[];
}

/** A listed Application, and what it is to be in the cluster. */
export interface Listed extends Pick<DirectorApplication, 'id' | 'name'> {
  /** Of all that is listed of it. */
  readonly digest: string;
  readonly mapped: Mapped;
}

/** One synchronization under way: brings listed Applications into the cluster, one by one, whatever becomes of the others. */
export class Round {
  readonly scene: Scene;
  readonly tally: Tally;
  readonly sight: CredentialSight;
  readonly #settings: MappingSettings;
  readonly #before: SettledBefore;
  readonly #claims = new Map<string, string>();
  readonly #deferred = new Map<string, Desired>();
  #refusals = 0;
  #overflow = 0;
  /** What concerns the cluster as a whole: from then on nothing more is written. */
  applyError: CompassError | undefined;

  constructor(scene: Scene, tally: Tally, settings: MappingSettings, before = new SettledBefore()) {
    this.scene = scene;
    this.#before = before;
    this.tally = tally;
    this.sight = new CredentialSight(scene.present, scene.place.connectionName);
    this.#settings = settings;
  }

  /** A listing begins, the first or one that is read anew. */
  begin(): void {
    this.tally.beginListing();
    this.sight.beginListing();
    this.#claims.clear();
    this.#deferred.clear();
    this.#overflow = 0;
  }

  /** Those that have to know the whole listing first. */
  get deferred(): readonly Desired[] {
    return [...this.#deferred.values()];
  }

  /** How many wait for another reading: of those some could not be kept, of others it is not known what they lost. */
  get overflow(): number {
    return this.#overflow;
  }

  /** What is known of pages that were read in the round before. */
  get pageMemory(): PageMemory {
    return { pages: this.#before.pages, takeAsBefore: (head) => this.#takeAsBefore(head, head.shown) };
  }

  /** Whether it is settled by what its page shows of it, which is what it was made of before. */
  takeShown({ id, name }: Pick<DirectorItem, 'id' | 'name'>, digest: string): boolean {
    return id !== undefined && name !== undefined && this.#takeAsBefore({ id, name }, digest);
  }

  /** Looks at one listed Application, and maps it; undefined where it is settled, because it is as it was before. */
  take(application: DirectorApplication, digest: string): Listed | undefined {
    // Only a further page of it may have had credentials.
    this.sight.look({ showsAccess: showsAccess(application) });
    if (this.#takeAsBefore(application, digest)) return undefined;
    const { id, name } = application;
    return { id, name, digest, mapped: toDesired(application, this.#settings) };
  }

  /** Plans one listed Application and carries the plan out, or defers it. Throws Stopped, and bugs. */
  async settle({ id, name, digest, mapped }: Listed): Promise<void> {
    if (mapped.kind === 'invalid') return this.fail({ id, name }, mapped.problem);
    const desired = this.sight.judge(mapped.desired);
    if (desired) await this.#attempt(desired, () => this.#settleOnce(desired, digest));
    else this.#putOff(mapped.desired, 'its credentials are gone: what that means shows once the whole is listed');
  }

  /**
   * Brings an Application to the name that was granted to it. It is to have been prepared before the first one moves,
   * because in a circle of names another takes the object that has its last good credentials.
   */
  async move({ desired, from }: Move): Promise<void> {
    const cause = from.length > 0 ? `was ${from.join(', ')}` : 'its name now is that of another id';
    await this.#attempt(desired, async () => {
      const target = this.scene.present.application(desired.name);
      if (target?.ownership === 'foreign') return this.fail(desired, foreignApplication(desired.name));
      await this.#bring(desired, target, cause, from);
    });
  }

  async prepareMove(listed: Desired): Promise<Move | undefined> {
    let move: Move | undefined;
    await this.#attempt(listed, async () => {
      const elsewhere = this.#elsewhere(listed);
      const desired = await keepCredentials(this.scene, listed, elsewhere);
      move = { desired, from: elsewhere.map(({ name }) => name) };
    });
    return move;
  }

  /** An Application that is not as it is listed; where it lasts, the objects that it has say so. */
  async fail(listed: { readonly id?: string; readonly name?: string }, problem: Problem): Promise<void> {
    this.tally.fail({ id: listed.id, name: listed.name }, problem);
    if (listed.id === undefined || !isLasting(problem)) return;
    for (const record of this.scene.present.applicationsOf(listed.id)) await this.#note(record, problem);
  }

  /** One that is listed and present as it was when it was settled before is settled; what it names is claimed again. */
  #takeAsBefore({ id, name }: Pick<DirectorApplication, 'id' | 'name'>, digest: string): boolean {
    const { present, claimSecret } = this.scene;
    if (this.applyError || (this.#claims.get(name) ?? id) !== id) return false;
    const secretNames = this.#before.find({ id, name }, digest, present);
    if (!secretNames) return false;
    for (const secret of secretNames) if (!claimSecret(secret, id)) return false;
    this.#claims.set(name, id);
    this.#refusals = 0;
    this.tally.takeAsBefore(name);
    return true;
  }

  async #settleOnce(desired: Desired, digest: string): Promise<void> {
    const { id, name } = desired;
    const { present, place } = this.scene;
    const holder = present.application(name);
    const elsewhere = this.#elsewhere(desired);
    const claimedBy = this.#claims.get(name);
    const decision = decide({ id, name, holder, elsewhere, claimedBy, connectionName: place.connectionName });
    if (decision.action === 'refuse') return this.fail(desired, decision.problem);
    if (decision.action === 'defer') return this.#defer(desired, holder);
    this.#claims.set(name, id);
    const target = decision.action === 'update' ? decision.target : undefined;
    const own = target?.id === id ? [target] : [];
    const whole = await keepCredentials(this.scene, desired, [...own, ...elsewhere]);
    const cause = CAUSES[this.#before.isListedAsBefore(desired, digest) ? 'drift' : 'listing'];
    await this.#bring(whole, target, target ? cause.update : cause.create, []);
    // Where something was kept that is not listed so, there is a problem as well.
    if (whole.problem) return;
    const secretNames = whole.secrets.map((secret) => secret.name);
    this.#before.note(desired, digest, secretNames, present);
  }

  #defer(desired: Desired, holder: PresentApplication | undefined): void {
    if (!holder) this.#claims.set(desired.name, desired.id);
    if (this.#deferred.size < MOST_DEFERRED) this.#deferred.set(desired.id, desired);
    else this.#putOff(desired, 'too many were renamed at once: it follows in the next round');
  }

  #putOff(desired: Desired, message: string): void {
    this.#overflow += 1;
    this.tally.fail(desired, { reason: 'ListingIncomplete', message });
  }

  #elsewhere({ id, name }: Desired): readonly PresentApplication[] {
    return this.scene.present.applicationsOf(id).filter((record) => record.name !== name);
  }

  async #bring(
    desired: Desired,
    target: PresentApplication | undefined,
    cause: string,
    from: readonly string[],
  ): Promise<void> {
    const applied = await applyDesired(this.scene, desired, target);
    this.#refusals = 0;
    this.tally.settle(desired, applied, cause, from);
    await this.#note(applied.record, desired.problem);
  }

  async #attempt(desired: Desired, attempt: () => Promise<void>, tries = 1): Promise<void> {
    if (this.applyError) return;
    try {
      await attempt();
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      if (hasReason(error, 'ClusterConflict', 'ClusterAlreadyExists') && tries < MOST_TRIES) {
        const elsewhere = this.#elsewhere(desired).map(({ name }) => name);
        return this.#attempt(desired, () => refresh(this.scene, desired, elsewhere).then(attempt), tries + 1);
      }
      await this.#failedBy(desired, error);
    }
  }

  async #failedBy(desired: Desired, error: CompassError): Promise<void> {
    this.#countRefusal(error);
    if (this.applyError) this.tally.fail(desired, error);
    else await this.fail(desired, isTooLarge(error) ? { reason: 'ObjectTooLarge', message: error.message } : error);
  }

  #countRefusal(error: CompassError): void {
    const isOutside = hasReason(error, 'ClusterForbidden', 'ClusterUnavailable', 'ClusterNotFound');
    this.#refusals = isOutside ? this.#refusals + 1 : 0;
    if (isClusterWide(error) || this.#refusals >= MOST_REFUSALS) this.applyError ??= error;
  }

  /** A note that cannot be written is no harm: the next round writes it. */
  async #note(record: PresentApplication, problem: Problem | undefined): Promise<void> {
    const text = problem && `${problem.reason}: ${problem.message}`;
    try {
      await noteSyncError(this.scene, record, text);
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      if (isClusterWide(error)) this.applyError ??= error;
    }
  }
}
