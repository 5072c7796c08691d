import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubeObject, SECRET } from '#common/cluster/objects.ts';
import type { DirectorItem, DirectorPage, KnownPage } from '#common/compass/director-types.ts';
import { CompassError } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { SYNC_ERROR_ANNOTATION } from '#common/resources/names.ts';
import { Alterations } from '#common/sync/alterations.ts';
import { NO_DELETIONS } from '#common/sync/deletions.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import type { ListingSource } from '#common/sync/page-reader.ts';
import { SettledBefore } from '#common/sync/settled-before.ts';
import type { SynchronizerOptions, SyncRequest } from '#common/sync/synchronize.ts';
import { type Memory, synchronizeOnce } from '#common/sync/synchronize-once.ts';
import { WriteGate } from '#common/sync/write-gate.ts';
import { asKnown, type Item, toPage } from '../../faults/director/history/director-page.ts';
import { MemoryCluster } from '../../faults/director/history/memory-cluster.ts';
import { Random } from '../../faults/director/history/random.ts';
import { ManualClock } from '../../sidecar/manual-clock.ts';

const HISTORIES = 300;
const ROUNDS = 8;
const PAGE = 3;

/** What is wrong with a page, or with what it belongs to. */
const FAULTS = ['twice', 'lost', 'unusable', 'nameless', 'miscounted', 'tooLarge', 'unreadable'] as const;

interface Listed {
  readonly items: readonly Item[];
  readonly fault: (typeof FAULTS)[number] | undefined;
  /** The page that has it. */
  readonly at: number;
}

/** What somebody else does in the cluster before a round, to one of the objects by their names. */
interface Drift {
  readonly what: 'edit' | 'removeApplication' | 'removeSecret';
  readonly at: number;
}

interface RoundScript {
  readonly waitMs: number;
  readonly drift: Drift | undefined;
  /** A round that reads more often gets the last one again. */
  readonly readings: readonly Listed[];
}

/** A Director's Applications while they change: few names, so that they are wanted by several, and few of them at once. */
class Changing {
  readonly #random: Random;
  #items: Item[] = [];
  #made = 0;
  #areHidden = false;

  constructor(random: Random) {
    this.#random = random;
    for (let at = random.between(0, 9); at > 0; at -= 1) this.#create();
  }

  get items(): readonly Item[] {
    return this.#items.map((item) => (this.#areHidden ? { ...item, credential: undefined } : item));
  }

  change(): void {
    const random = this.#random;
    const [one, other] = [random.pick(this.#items), random.pick(this.#items)];
    const what = random.pick([
      'create',
      'remove',
      'rename',
      'swap',
      'credential',
      'move',
      'hide',
      'nothing',
      'nothing',
    ]);
    if (what === 'create') this.#create();
    if (what === 'hide') this.#areHidden = !this.#areHidden;
    if (!one || !other) return;
    if (what === 'remove' || what === 'move') this.#items = this.#items.filter((item) => item !== one);
    if (what === 'move') this.#items.splice(random.between(0, this.#items.length), 0, one);
    if (what === 'rename') this.#replace(one, { name: this.#name() });
    if (what === 'credential') {
      this.#replace(one, { credential: random.pick(['first', 'second', 'unusable', undefined]) });
    }
    if (what !== 'swap' || one === other) return;
    this.#replace(one, { name: other.name });
    this.#replace(other, { name: one.name });
  }

  #create(): void {
    this.#made += 1;
    const item = { id: `id-${this.#made}`, name: this.#name(), credential: 'first' };
    this.#items.splice(this.#random.between(0, this.#items.length), 0, item);
  }

  #name(): string {
    return `${this.#random.pick(['app', 'an-application-of-a-long-name'])}-${this.#random.between(1, 8)}`;
  }

  #replace(item: Item, more: Partial<Item>): void {
    this.#items = this.#items.map((one) => (one === item ? { ...one, ...more } : one));
  }
}

function scriptOf(seed: number): readonly RoundScript[] {
  const random = new Random(seed);
  const director = new Changing(random);
  return Array.from({ length: ROUNDS }, () => {
    const what = random.pick(['edit', 'removeApplication', 'removeSecret'] as const);
    const drift = what && random.chance(0.3) ? { what, at: random.between(0, 9) } : undefined;
    const readings = Array.from({ length: random.between(1, 4) }, () => {
      if (random.chance(0.6)) director.change();
      const fault = random.chance(0.3) ? random.pick(FAULTS) : undefined;
      return { items: director.items, fault, at: random.between(0, 2) };
    });
    return { waitMs: random.between(20_000, 90_000), drift, readings };
  });
}

function pageOf({ items }: Listed, page: number, fault: Listed['fault']): DirectorPage {
  const start = page * PAGE;
  const shown = items.slice(start, start + PAGE);
  if (fault === 'lost') shown.pop();
  // The list has moved on by one since the page before.
  if (fault === 'twice') shown.unshift(...items.slice(Math.max(0, start - 1), start));
  const ids = shown.map(({ id }, index) => (fault === 'nameless' && index === 0 ? undefined : id));
  const problems = fault === 'unusable' || fault === 'nameless' ? 1 : 0;
  const totalCount = fault === 'miscounted' ? items.length + 1 : items.length;
  return toPage(shown, ids, problems, { totalCount, next: start + PAGE < items.length ? `${page + 1}` : undefined });
}

/** What keeps a page away that is asked for as so many at most. */
function refuse(first: number, fault: Listed['fault']): void {
  if (fault === 'tooLarge' && first > 50) throw new CompassError('AnswerTooLarge', 'a fault');
  if (fault === 'unreadable' && first > 25) throw new CompassError('InvalidAnswer', 'a fault');
}

/** One reading after the other; a first page that was refused is asked for again in the same one. */
function sourceOf(readings: readonly Listed[], remembers: boolean, onWhole: () => void): ListingSource {
  let reading = 0;
  let hasBegun = false;
  const give = (first: number, after: string | undefined, known: KnownPage | undefined): DirectorPage => {
    if (after === undefined && hasBegun) reading += 1;
    hasBegun = after !== undefined;
    const listed = readings[Math.min(reading, readings.length - 1)];
    assert.ok(listed);
    const page = Number(after ?? 0);
    const fault = page === listed.at ? listed.fault : undefined;
    refuse(first, fault);
    hasBegun = true;
    const answer = pageOf(listed, page, fault);
    const given = remembers ? asKnown(answer, known) : withoutDigests(answer);
    return { ...given, items: given.items.map((item) => counted(item, onWhole)) };
  };
  return {
    fetchPage: (first, after, known) => Promise.resolve().then(() => give(first, after, known)),
    fetchHead: () => Promise.reject(new TypeError('no head is asked for')),
  };
}

function withoutDigests({ digest: _, items, ...page }: DirectorPage): DirectorPage {
  return { ...page, items: items.map(({ digest: __, ...item }) => item) };
}

function counted(item: DirectorItem, onWhole: () => void): DirectorItem {
  const whole = () => {
    onWhole();
    return item.whole();
  };
  return { ...item, whole };
}

/** Writes as they were sent, but for what each cluster makes up by itself. */
class NotedCluster extends MemoryCluster {
  readonly #written: string[] = [];

  constructor() {
    super(new Random(0), () => undefined);
  }

  override create<T extends KubeObject>(...[kind, object]: Parameters<MemoryCluster['create']>): Promise<T> {
    this.#note('create', object.metadata.name, object);
    return super.create<T>(kind, object as T);
  }

  override mergePatch<T extends KubeObject>(...[ref, patch]: Parameters<MemoryCluster['mergePatch']>): Promise<T> {
    this.#note('write', ref.name, patch);
    return super.mergePatch<T>(ref, patch);
  }

  override delete(...[ref, options]: Parameters<MemoryCluster['delete']>): Promise<boolean> {
    this.#note('delete', ref.name, {});
    return super.delete(ref, options);
  }

  /** What was written since it was asked last; in which order pages and writes come is no matter. */
  written(): readonly string[] {
    return this.#written.splice(0).toSorted();
  }

  async drift({ what, at }: Drift): Promise<void> {
    const kind = what === 'removeSecret' ? SECRET : APPLICATION;
    const objects = this.all<Application>(kind).toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    const object = objects[at % objects.length];
    if (!object) return;
    if (what === 'edit') this.put({ ...object, spec: { ...object.spec, description: 'by hand' } } as KubeObject);
    else await this.delete({ kind, name: object.metadata.name });
    this.collectGarbage();
  }

  #note(verb: string, name: string, body: object): void {
    const own = new Set(['uid', 'resourceVersion']);
    this.#written.push(`${verb} ${name} ${JSON.stringify(body, (key, value) => (own.has(key) ? undefined : value))}`);
  }
}

/**
 * What a round came to, in whatever order. While a listing is not complete, the order decides whether one that wants a name
 * hears at once who has it, or that it is to wait; so the notes of that are written in one round or another.
 */
function resultOf(outcome: SyncOutcome, written: readonly string[]) {
  const { fetch, created, updated, deleted, failed, held, writes, deletedSecrets } = outcome;
  const { inSync, unchanged, present, secrets, applyError } = outcome;
  const { complete } = fetch;
  const isNote = (write: string) => write.includes(SYNC_ERROR_ANNOTATION);
  return {
    written: written.filter((write) => !isNote(write)),
    writes: writes - written.filter(isNote).length,
    ...{ complete, ok: fetch.ok, listed: fetch.listed, pages: fetch.pages },
    ...{ created: created.toSorted(), updated: updated.toSorted(), deleted: deleted.toSorted() },
    ...{ deletedSecrets, inSync, unchanged, present, secrets, applyError, held: held?.count },
    failed: failed.map(({ id, name, reason }) => `${id} ${name} ${complete ? reason : ''}`).toSorted(),
  };
}

/** Plays a script by rounds that remember, or by rounds each of which knows nothing of the one before. */
async function play(script: readonly RoundScript[], remembers: boolean) {
  const clock = new ManualClock();
  const cluster = new NotedCluster();
  const before = new SettledBefore();
  const alterations = new Alterations(silentLog);
  let deletions = NO_DELETIONS;
  let wholes = 0;
  const rounds: object[] = [];
  for (const { waitMs, drift, readings } of script) {
    clock.advance(waitMs);
    if (drift) await cluster.drift(drift);
    cluster.written();
    const source = sourceOf(readings, remembers, () => {
      wholes += 1;
    });
    const config: SynchronizerOptions['config'] = {
      ...{ connectionName: 'compass-connection', integrationNamespace: 'kyma-system' },
      ...{ centralGatewayUrl: 'http://gateway.example', skipAppsTlsVerify: false, deletionBudget: { fraction: 0.1 } },
    };
    const options: SynchronizerOptions = { cluster, clock, log: silentLog, config, director: () => source };
    const request = { endpoint: { url: 'https://director.example' }, runtimeId: 'r' } as SyncRequest;
    const gate = new WriteGate(clock, () => 0);
    const memory: Memory = { deletions, alterations, gate, before: remembers ? before : new SettledBefore() };
    const result = await synchronizeOnce(options, request, memory);
    ({ deletions } = result);
    rounds.push(resultOf(result.outcome, cluster.written()));
    cluster.collectGarbage();
  }
  return { rounds, wholes };
}

test(`of ${HISTORIES} random histories rounds that remember make the same as rounds that do not, and read less`, async () => {
  let [remembered, forgotten] = [0, 0];
  for (let seed = 1; seed <= HISTORIES; seed += 1) {
    const script = scriptOf(seed);
    const [one, other] = [await play(script, true), await play(script, false)];
    for (const [at, round] of one.rounds.entries()) {
      assert.deepEqual(round, other.rounds[at], `round ${at} of seed ${seed}`);
    }
    remembered += one.wholes;
    forgotten += other.wholes;
  }
  assert.ok(remembered < 0.75 * forgotten, `${remembered} of ${forgotten} were read`);
});
