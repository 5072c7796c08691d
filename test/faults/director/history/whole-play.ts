import type { Clock } from '#common/clock.ts';
import { silentLog } from '#common/log.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { Sensitive } from '#common/sensitive.ts';
import { Alterations } from '#common/sync/alterations.ts';
import { NO_DELETIONS } from '#common/sync/deletions.ts';
import type { KeptDeletions } from '#common/sync/outcome.ts';
import type { ListingSource } from '#common/sync/page-reader.ts';
import { SettledBefore } from '#common/sync/settled-before.ts';
import type { SynchronizerOptions, SyncRequest } from '#common/sync/synchronize.ts';
import { type Memory, synchronizeOnce } from '#common/sync/synchronize-once.ts';
import { WriteGate } from '#common/sync/write-gate.ts';
import { canBeApplied, DirectorModel, type Faultiness, type Served } from './director-model.ts';
import { type Deletion, MemoryCluster } from './memory-cluster.ts';
import { wholeListing } from './oracle.ts';
import { HOLD_MS, MINUTE_MS, type Round } from './play.ts';
import { Random } from './random.ts';
import { CONNECTION, NAMESPACE, Strangers } from './strangers.ts';
import { effectsOf, isOurs, isReplaced, type JudgedDeletion, type Reading } from './whole-reading.ts';

/** As many as it takes to confirm, to be held, to confirm once more, and to mend what faults left. */
const MOST_QUIET_ROUNDS = 16;

export interface WholeHistory {
  readonly faultiness: Faultiness;
  readonly readings: readonly Reading[];
  readonly isRejected: boolean;
  readonly director: DirectorModel;
  readonly cluster: MemoryCluster;
  readonly strangers: Strangers;
}

/** Plays the history of a seed against whole synchronizations. `isSettled` says when quiet rounds have done their part. */
export async function playWhole(seed: number, isSettled: (history: WholeHistory) => boolean): Promise<WholeHistory> {
  const random = new Random(seed);
  const faultiness = {
    page: random.chance(0.4) ? 0 : random.next() * 0.2,
    move: random.chance(0.4) ? 0 : random.next() * 0.2,
    lie: random.chance(0.5) ? 0 : random.next() * 0.2,
  };
  const player = new WholePlayer(random, faultiness);
  const noisy = random.between(3, 10);
  for (let at = 0; at < noisy; at += 1) await player.noisyRound();
  for (let at = 0; at < MOST_QUIET_ROUNDS && !(at > 0 && isSettled(player.history)); at += 1) await player.quietRound();
  return player.history;
}

const QUIET: Faultiness = { page: 0, move: 0, lie: 0 };
const RUNTIME = 'r';
/** Nobody calls it: the listing is the model's. */
const ENDPOINT: SyncRequest['endpoint'] = {
  url: 'https://director.example',
  target: 'director',
  tenant: 't',
  runtimeId: RUNTIME,
  credential: { certificateChain: '', key: new Sensitive(''), fingerprint: '' },
};

class WholePlayer {
  readonly #random: Random;
  readonly #faultiness: Faultiness;
  readonly #director: DirectorModel;
  readonly #cluster: MemoryCluster;
  readonly #strangers: Strangers;
  readonly #readings: Reading[] = [];
  readonly #formerNames: string[] = [];
  #memory: Memory;
  #kept: KeptDeletions = {};
  #heldUids: readonly string[] = [];
  #isRejected = false;
  #deletions: JudgedDeletion[] = [];
  #served: Served | undefined;

  constructor(random: Random, faultiness: Faultiness) {
    this.#random = random;
    this.#faultiness = faultiness;
    const count = random.chance(0.8) ? random.between(0, 6) : random.between(8, 16);
    this.#director = new DirectorModel(random, count, { withCredentials: true });
    this.#memory = freshMemory(this.#director.clock);
    this.#cluster = new MemoryCluster(random, (deletion) => this.#note(deletion));
    this.#strangers = new Strangers(random, this.#cluster);
    if (random.chance(0.5)) this.#cluster.faultiness.write = random.next() * 0.1;
    this.#cluster.faultiness.deletion = random.chance(0.8) ? 0.05 : 0.5;
  }

  get history(): WholeHistory {
    return {
      faultiness: this.#faultiness,
      readings: this.#readings,
      isRejected: this.#isRejected,
      director: this.#director,
      cluster: this.#cluster,
      strangers: this.#strangers,
    };
  }

  async noisyRound(): Promise<void> {
    const random = this.#random;
    const director = this.#director;
    director.clock.advance(random.chance(0.8) ? random.between(1_000, 90_000) : random.between(0, 20) * MINUTE_MS);
    const named = director.apps.filter(({ id }) => canBeApplied(id));
    this.#formerNames.push(...named.map(({ name }) => name).slice(0, 2));
    if (random.chance(0.3)) director.create();
    if (random.chance(0.3)) director.remove(random.chance(0.8) ? 1 : random.between(2, 12));
    if (random.chance(0.3)) director.rename();
    if (random.chance(0.2)) director.swap();
    if (random.chance(0.15)) director.takeName(random.pick(this.#formerNames));
    if (random.chance(0.3)) director.changeCredential();
    if (random.chance(this.#faultiness.lie)) director.lie();
    if (random.chance(0.2)) this.#strangers.come(director.apps);
    await this.#round(this.#faultiness, random.chance(0.1), random.chance(0.15) ? this.#say() : undefined);
  }

  async quietRound(): Promise<void> {
    this.#director.tellTruth();
    const foreign = this.#cluster.all<Application>(APPLICATION).filter((one) => !isOurs(one));
    this.#director.settleNames(foreign.map(({ metadata }) => metadata.name));
    this.#director.clock.advance(this.#kept.held ? 4 * MINUTE_MS : MINUTE_MS);
    this.#cluster.faultiness.write = 0;
    this.#cluster.faultiness.deletion = 0;
    await this.#round(QUIET, false, undefined);
  }

  #say(): Round['said'] {
    const { held } = this.#kept;
    if (!held) return undefined;
    const verdict = this.#random.chance(0.7) ? 'approved' : 'rejected';
    this.#kept = { held, decision: { plan: held.id, verdict, at: 0, runtimeId: RUNTIME, members: held.members } };
    return { verdict, uids: this.#heldUids };
  }

  async #round(faultiness: Faultiness, isFirst: boolean, said: Round['said']): Promise<void> {
    if (isFirst) this.#memory = freshMemory(this.#director.clock);
    const from = this.#readings.length;
    const { source, end } = this.#listing(faultiness, { isFirst, said });
    const options: SynchronizerOptions = {
      cluster: this.#cluster,
      clock: this.#director.clock,
      log: silentLog,
      config: {
        ...{ connectionName: CONNECTION, integrationNamespace: NAMESPACE, centralGatewayUrl: 'http://gateway' },
        ...{ skipAppsTlsVerify: false, deletionBudget: { fraction: 0.1 } },
      },
      director: () => source,
      holdMs: HOLD_MS,
    };
    const request: SyncRequest = { endpoint: ENDPOINT, runtimeId: RUNTIME, kept: this.#kept };
    const { outcome, deletions } = await synchronizeOnce(options, request, this.#memory);
    end();
    this.#memory = { ...this.#memory, deletions };
    this.#kept = outcome.kept;
    this.#isRejected = outcome.held?.isRejected === true;
    const isCut = outcome.applyError !== undefined;
    for (let at = from; isCut && at < this.#readings.length; at += 1) {
      const reading = this.#readings[at];
      if (reading) this.#readings[at] = { ...reading, isCut };
    }
    const whole = this.#readings.slice(from).findLast(({ served }) => wholeListing(served));
    if (whole && !isCut) {
      const listed = wholeListing(whole.served);
      this.#heldUids = [...whole.present].filter(([, id]) => !listed?.has(id)).map(([uid]) => uid);
    }
    if (this.#random.chance(0.9)) this.#cluster.collectGarbage();
  }

  /** The readings of a round, one after the other: the next one begins with its first page. */
  #listing(faultiness: Faultiness, { isFirst, said }: Pick<Round, 'isFirst' | 'said'>) {
    const { clock } = this.#director;
    let reading = this.#director.listing(faultiness);
    let beganMs = clock.monotonicMs();
    let endedMs = beganMs;
    this.#served = reading.served;
    const end = () => {
      const isNew = !this.#readings.some(({ served }) => served === reading.served);
      const { served } = reading;
      const about = { beganMs, endedMs, served, torn: [], held: undefined, truth: this.#director.ids, isFirst, said };
      if (isNew) this.#readings.push({ ...about, ...effectsOf(this.#deletions, served, this.#cluster) });
      this.#deletions = [];
      isFirst = false;
      said = undefined;
    };
    const source: ListingSource = {
      fetchPage: async (first, after, known) => {
        const hasBegun = reading.served.pages.length > 0 || reading.served.hasFailed;
        if (after === undefined && hasBegun) {
          end();
          reading = this.#director.listing(faultiness);
          this.#served = reading.served;
          beganMs = clock.monotonicMs();
        }
        try {
          return await reading.source.fetchPage(first, after, known);
        } finally {
          endedMs = clock.monotonicMs();
        }
      },
      fetchHead: (after) => reading.source.fetchHead(after),
    };
    return { source, end };
  }

  #note(deletion: Deletion): void {
    this.#deletions.push({ ...deletion, isReplaced: isReplaced(deletion.object, this.#served, this.#cluster) });
  }
}

function freshMemory(clock: Clock): Memory {
  return {
    deletions: NO_DELETIONS,
    alterations: new Alterations(silentLog),
    gate: new WriteGate(clock, () => 0),
    before: new SettledBefore(),
  };
}
