import type { DeletionDecision } from '#common/sync/deletion-decision.ts';
import { type Candidate, type DeletionState, judgeDeletions, NO_DELETIONS, passOver } from '#common/sync/deletions.ts';
import type { HeldPlan } from '#common/sync/held-plan.ts';
import { type Listing, listApplications } from '#common/sync/listing.ts';
import { canBeApplied, DirectorModel, type Faultiness, type Served } from './director-model.ts';
import { Random } from './random.ts';

export const HOLD_MS = 15 * 60_000;
export const MINUTE_MS = 60_000;
export const LONGEST_GAP_MS = 5 * MINUTE_MS;
const MOST_READINGS = 4;
/** As many as a hold takes. */
const CALM_ROUNDS = 5;
/** As many as it takes to confirm, to be held and to confirm once more. */
const MOST_QUIET_ROUNDS = 12;

/** What one round did, and all that there is to judge it by. Ids, uids and names are strings. */
export interface Round {
  /** Whether the process began anew before it. */
  readonly isFirst: boolean;
  /** The last reading, and those before it that were torn. */
  readonly served: Served;
  readonly torn: readonly Served[];
  readonly beganMs: number;
  readonly endedMs: number;
  /** The ids of what the cluster has before anything is deleted, by their uids. */
  readonly present: ReadonlyMap<string, string>;
  /** The uids of what was deleted. */
  readonly deleted: readonly string[];
  /** The uids of deletions that the API server refused. */
  readonly refused: readonly string[];
  readonly held: HeldPlan | undefined;
  /** What somebody said before this round of the plan that the round before had held: the uids that it deletes. */
  readonly said: { readonly verdict: DeletionDecision['verdict']; readonly uids: readonly string[] } | undefined;
  /** Whether the cluster kept it from being carried out whole. */
  readonly isCut?: boolean;
  /** What the Director has after it. */
  readonly truth: ReadonlySet<string>;
}

/** A run of rounds: what the Director did, what went wrong, what people said, and what came of it. */
export interface History {
  readonly faultiness: Faultiness;
  readonly rounds: readonly Round[];
  /** From this round on nothing goes wrong, and the Director does not change. */
  readonly quietFrom: number;
}

/** Plays the history of a seed against the judgement of listings and of deletions, which is all that deletes. */
export async function playHistory(seed: number): Promise<History> {
  const random = new Random(seed);
  const isHonest = random.chance(0.3);
  const faultiness = {
    page: random.chance(0.2) ? 0 : random.next() * 0.3,
    move: random.next() * 0.3,
    lie: isHonest ? 0 : random.next() * 0.3,
  };
  const player = new Player(random, faultiness);
  const rounds: Round[] = [];
  const noisy = random.between(3, 14);
  for (let at = 0; at < noisy; at += 1) {
    rounds.push(await player.noisyRound());
    const calm = random.chance(0.06) ? CALM_ROUNDS : 0;
    for (let more = 0; more < calm; more += 1) rounds.push(await player.calmRound());
  }
  const quietFrom = rounds.length;
  for (let at = 0; at < MOST_QUIET_ROUNDS && !(at > 0 && player.isSettled); at += 1) {
    rounds.push(await player.quietRound());
  }
  return { faultiness, rounds, quietFrom };
}

const QUIET: Faultiness = { page: 0, move: 0, lie: 0 };

class Player {
  readonly #random: Random;
  readonly #faultiness: Faultiness;
  readonly #director: DirectorModel;
  #cluster = new Map<string, string>();
  #made = 0;
  #state: DeletionState = NO_DELETIONS;
  #decision: DeletionDecision | undefined;
  #held: HeldPlan | undefined;
  #heldUids: readonly string[] = [];
  /** How probable it is that the API server refuses a deletion. */
  #refusal: number;

  constructor(random: Random, faultiness: Faultiness) {
    this.#random = random;
    this.#faultiness = faultiness;
    this.#refusal = random.chance(0.8) ? 0.05 : 0.8;
    this.#director = new DirectorModel(random, random.chance(0.7) ? random.between(0, 6) : random.between(10, 30));
  }

  /** Whether the cluster has what the Director has. */
  get isSettled(): boolean {
    const ids = [...this.#director.ids].filter(canBeApplied);
    return ids.length === this.#cluster.size && ids.every((id) => this.#cluster.has(id));
  }

  async noisyRound(): Promise<Round> {
    const random = this.#random;
    this.#director.clock.advance(
      random.chance(0.8) ? random.between(1_000, 90_000) : random.between(0, 20) * MINUTE_MS,
    );
    if (random.chance(0.3)) this.#director.create();
    if (random.chance(0.3)) this.#director.remove(random.chance(0.8) ? 1 : random.between(2, 30));
    if (random.chance(0.2)) this.#director.rename();
    if (random.chance(this.#faultiness.lie)) this.#director.lie();
    // Somebody copies an Application, with the marks that make it ours.
    if (random.chance(0.1)) this.#put(`copy-${this.#made}`);
    const isFirst = random.chance(0.1);
    const said = random.chance(0.15) ? this.#say() : undefined;
    return this.#round(this.#faultiness, isFirst, said);
  }

  /** Nothing changes and nothing goes wrong, but what is hidden stays so. */
  async calmRound(): Promise<Round> {
    this.#director.clock.advance(4 * MINUTE_MS);
    return this.#round(QUIET, false, undefined);
  }

  async quietRound(): Promise<Round> {
    this.#director.tellTruth();
    this.#director.clock.advance(this.#held ? 4 * MINUTE_MS : MINUTE_MS);
    this.#refusal = 0;
    return this.#round(QUIET, false, undefined);
  }

  #say(): Round['said'] {
    if (!this.#held) return undefined;
    const verdict = this.#random.chance(0.7) ? 'approved' : 'rejected';
    const { id: plan, members } = this.#held;
    this.#decision = { plan, verdict, at: 0, runtimeId: 'r', members };
    return { verdict, uids: this.#heldUids };
  }

  async #round(faultiness: Faultiness, isFirst: boolean, said: Round['said']): Promise<Round> {
    if (isFirst) this.#state = NO_DELETIONS;
    const torn: Served[] = [];
    for (let readings = 1; ; readings += 1) {
      const { source, served } = this.#director.listing(faultiness);
      const listing = await this.#read(source);
      if (listing.isTorn && readings < MOST_READINGS) {
        this.#state = passOver(this.#state, idsOf(listing));
        torn.push(served);
        continue;
      }
      return { isFirst, torn, served, ...this.#conclude(listing), said, truth: this.#director.ids };
    }
  }

  async #read(source: Parameters<typeof listApplications>[0]): Promise<Listing> {
    const pages = listApplications(source, this.#director.clock);
    for (;;) {
      const { done, value } = await pages.next();
      if (done) return value;
      for (const item of value.items) {
        const whole = await item.whole();
        if (whole && 'bundles' in whole) this.#bring(whole.id);
      }
    }
  }

  #bring(id: string): void {
    if (!this.#cluster.has(id) && canBeApplied(id)) this.#put(id);
  }

  #put(id: string): void {
    this.#made += 1;
    this.#cluster.set(id, `uid-${this.#made}`);
  }

  #conclude(listing: Listing) {
    const endedMs = this.#director.clock.monotonicMs();
    const present = new Map([...this.#cluster].map(([id, uid]) => [uid, id]));
    const applications = [...this.#cluster]
      .filter(([id]) => !listing.heads.has(id))
      .map(([id, uid]): Candidate => ({ key: uid, name: id }));
    const verdict = judgeDeletions(this.#state, {
      ...{ beganMs: listing.beganMs, nowMs: endedMs, now: this.#director.clock.now() },
      ...{ listing: idsOf(listing), present: [...present.keys()], applications, secrets: [] },
      ...{ budget: { fraction: 0.1 }, holdMs: HOLD_MS, longestGapMs: LONGEST_GAP_MS, decision: this.#decision },
    });
    ({ state: this.#state, decision: this.#decision, held: this.#held } = verdict);
    if (listing.complete) this.#heldUids = applications.map(({ key }) => key);
    const isRefused = new Set([...verdict.applications].filter(() => this.#random.chance(this.#refusal)));
    const deleted = [...verdict.applications].filter((uid) => !isRefused.has(uid));
    for (const uid of deleted) this.#cluster.delete(present.get(uid) ?? '');
    return { beganMs: listing.beganMs, endedMs, present, deleted, refused: [...isRefused], held: verdict.held };
  }
}

function idsOf({ complete, digest, heads }: Listing) {
  return { complete, digest, ids: new Set(heads.keys()) };
}
