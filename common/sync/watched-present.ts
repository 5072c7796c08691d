import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { follow } from '#common/cluster/follow.ts';
import { type KubeObject, SECRET, type Secret } from '#common/cluster/objects.ts';
import type { Log } from '#common/log.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { KeptKind, type KeptObjects } from './kept-kind.ts';
import type { Place } from './place.ts';
import { type Present, toPresentApplication, toPresentSecret } from './present.ts';
import type { PresentSource } from './present-source.ts';
import { readPresent, SECRETS_OF_BUNDLES } from './read-present.ts';

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
  #watching: Promise<unknown> = Promise.resolve();
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
    await this.#watching;
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
    if (this.#isRunning) {
      const before = this.#watching;
      this.#watching = Promise.all([before, term.watch()]).then(() => undefined);
    }
    return present;
  }
}

/** From one reading of everything on, until it is forgotten. */
class Term {
  readonly ending = new AbortController();
  readonly #options: WatchedPresentOptions;
  readonly #kept: readonly KeptKind[];
  #present: Present | undefined;
  #versions: readonly [string, string] = ['', ''];
  #watching: Promise<unknown> | undefined;

  constructor(options: WatchedPresentOptions) {
    this.#options = options;
    const present = () => this.#present;
    const { place } = options;
    this.#kept = [this.#keep(applications(place, present)), this.#keep(secrets(place, present))];
  }

  /** What is kept, brought up to date; undefined where everything is to be read. */
  async refreshed(signal: AbortSignal | undefined): Promise<Present | undefined> {
    const present = this.#present;
    if (!present || !this.#kept.every(({ isSound }) => isSound)) return undefined;
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
    this.#versions = [versions.applications, versions.secrets];
    return present;
  }

  /** Watches from what was read first on; resolves at the end of the term. */
  watch(): Promise<unknown> {
    const { cluster, clock, random, pollMs = POLL_MS } = this.#options;
    const { signal } = this.ending;
    const common = { metadataOnly: true, pollMs, refusedMs: REFUSED_MS, clock, random, signal };
    this.#watching ??= Promise.all(
      this.#kept.map((kept, index) => {
        const { kind, namespace, labelSelector = '' } = kept.objects;
        kept.begin();
        return follow(cluster, kind, { ...common, namespace, labelSelector, from: this.#versions[index] ?? '' }, kept);
      }),
    );
    return this.#watching;
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
