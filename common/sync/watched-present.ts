import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { type KubeObject, SECRET, type Secret } from '#common/cluster/objects.ts';
import type { Log } from '#common/log.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { KeptKind, type KeptObjects } from './kept-kind.ts';
import type { Place } from './place.ts';
import { type Present, toPresentApplication, toPresentSecret } from './present.ts';
import type { PresentSource } from './present-source.ts';
import { readPresent, SECRETS_OF_BUNDLES } from './read-present.ts';
import { RestingWatch } from './resting-watch.ts';

export interface WatchedPresentOptions {
  readonly cluster: Cluster;
  readonly place: Place;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** How often everything is listed beside the watches, by its metadata; 15 minutes unless said. */
  readonly pollMs?: number;
}

const POLL_MS = 15 * 60_000;
/** How long a watch that is refused is not tried again. */
const REFUSED_MS = 10 * 60_000;

/**
 * Keeps what is present from round to round. It is read whole once; then watches of metadata alone tell which objects are
 * others by now, and the next round begins by reading those: it sees what was there when it began, and what it wrote
 * itself. After too many changes, and while something keeps a watch from telling, everything is read for each round.
 */
export class WatchedPresent implements PresentSource {
  readonly #options: WatchedPresentOptions;
  #term: Term | undefined;
  #opening: Promise<unknown> = Promise.resolve();
  readonly #watching = new Set<Promise<void>>();
  #isRunning = false;

  constructor(options: WatchedPresentOptions) {
    this.#options = options;
  }

  /** Watches until `signal`; then it resolves. Nothing is watched before the first round has read what there is. */
  async run(signal: AbortSignal): Promise<void> {
    this.#isRunning = !signal.aborted;
    if (this.#isRunning) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    this.#isRunning = false;
    this.forget();
    await Promise.all(this.#watching);
  }

  /** One at a time: what one reads, another one is not to miss. */
  open(signal?: AbortSignal): Promise<Present> {
    const opened = this.#opening.then(() => this.#open(signal));
    this.#opening = opened.catch(() => undefined);
    return opened;
  }

  forget(): void {
    this.#term?.ending.abort();
    this.#term = undefined;
  }

  async #open(signal: AbortSignal | undefined): Promise<Present> {
    this.#term ??= new Term(this.#options);
    const term = this.#term;
    const present = (await term.refreshed(signal)) ?? (await term.read(signal));
    if (this.#isRunning) for (const watch of term.watches) this.#keepWatching(watch);
    return present;
  }

  #keepWatching(watch: RestingWatch): void {
    const watching = watch.watch().finally(() => this.#watching.delete(watching));
    this.#watching.add(watching);
  }
}

/** From one reading of everything on, until it is forgotten. */
class Term {
  readonly ending = new AbortController();
  readonly watches: readonly RestingWatch[];
  readonly #options: WatchedPresentOptions;
  readonly #kept: readonly KeptKind[];
  #present: Present | undefined;

  constructor(options: WatchedPresentOptions) {
    this.#options = options;
    const present = () => this.#present;
    const { place, cluster, clock, random, pollMs = POLL_MS } = options;
    const { signal } = this.ending;
    const common = { metadataOnly: true, pollMs, refusedMs: REFUSED_MS, clock, random, signal };
    this.#kept = [this.#keep(applications(place, present)), this.#keep(secrets(place, present))];
    this.watches = this.#kept.map((kept) => new RestingWatch(cluster, kept, common));
  }

  /** What is kept, brought up to date; undefined where everything is to be read. Throws CompassError. */
  async refreshed(signal: AbortSignal | undefined): Promise<Present | undefined> {
    const present = this.#present;
    if (!present || !this.#kept.every(({ isSound }) => isSound)) return undefined;
    for (const watch of this.watches) if (!(await watch.catchUp(signal))) return undefined;
    for (const kept of this.#kept) if (!(await kept.refresh(signal))) return undefined;
    return present;
  }

  async read(signal: AbortSignal | undefined): Promise<Present> {
    const { cluster, place } = this.#options;
    // Where this fails, the next one reads everything as well.
    this.#present = undefined;
    for (const kept of this.#kept) kept.readAnew();
    const { present, versions } = await readPresent(cluster, place, signal);
    this.#present = present;
    const [ofApplications, ofSecrets] = this.watches;
    ofApplications?.readAt(versions.applications);
    ofSecrets?.readAt(versions.secrets);
    return present;
  }

  #keep<T extends KubeObject>(objects: KeptObjects<T>): KeptKind {
    const { cluster, log } = this.#options;
    const { kind, namespace, labelSelector = '' } = objects;
    const kept = new KeptKind<T>({
      objects,
      list: (signal, pageSize) =>
        cluster.listPages(kind, { namespace, labelSelector, metadataOnly: true, pageSize, signal }),
      find: (name, signal) => cluster.find<T>({ kind, name, namespace }, signal),
      log,
    });
    return kept as unknown as KeptKind;
  }
}

type GetPresent = () => Present | undefined;

function applications({ connectionName }: Place, present: GetPresent): KeptObjects<Application> {
  return {
    kind: APPLICATION,
    versionOf: (name) => present()?.application(name)?.resourceVersion,
    names: () => present()?.applicationNames() ?? [],
    put(name, found) {
      if (found) present()?.putApplication(toPresentApplication(found, connectionName));
      else present()?.removeApplication(name);
    },
  };
}

function secrets({ connectionName, integrationNamespace }: Place, present: GetPresent): KeptObjects<Secret> {
  return {
    kind: SECRET,
    namespace: integrationNamespace,
    labelSelector: SECRETS_OF_BUNDLES,
    versionOf: (name) => present()?.secret(name)?.resourceVersion,
    names: () => present()?.secretNames() ?? [],
    put(name, found) {
      // Without the label it is none of a bundle's any more.
      if (found?.metadata.labels?.[SECRETS_OF_BUNDLES] === undefined) present()?.removeSecret(name);
      else present()?.putSecret(toPresentSecret(found, connectionName));
    },
  };
}
