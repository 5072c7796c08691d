import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { type Followed, follow, type Listed, type ObjectEvent } from '#common/cluster/follow.ts';
import { type Kind, type KubeObject, SECRET, type Secret } from '#common/cluster/objects.ts';
import { reasonOf } from '#common/errors.ts';
import { errorFields, type Log } from '#common/log.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { Marks } from './marks.ts';
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
/** Objects a page of a poll: metadata only. */
const POLL_PAGE = 500;
/** Up to so many objects of a kind are read one by one, more of them by lists. */
const MOST_READ_SINGLY = 200;

/**
 * Keeps what is present from round to round. It is read whole once; then watches of metadata alone tell which objects are
 * others by now, and the next round begins by reading those: it sees what was there when it began, and what it wrote
 * itself. After too many changes, and while something keeps a watch from telling, everything is read for each round.
 */
export class WatchedPresent implements PresentSource {
  readonly #options: WatchedPresentOptions;
  readonly #kept: readonly [KeptKind, KeptKind];
  #present: Present | undefined;
  #watching: AbortController | undefined;
  #loops: Promise<unknown> = Promise.resolve();
  #isRunning = false;

  constructor(options: WatchedPresentOptions) {
    this.#options = options;
    const present = () => this.#present;
    this.#kept = [keptApplications(options, present), keptSecrets(options, present)];
  }

  /** Watches until `signal`; then it resolves. Nothing is watched before the first round has read what there is. */
  async run(signal: AbortSignal): Promise<void> {
    this.#isRunning = !signal.aborted;
    if (this.#isRunning) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    this.#isRunning = false;
    this.forget();
    await this.#loops;
  }

  async open(signal?: AbortSignal): Promise<Present> {
    const present = this.#present;
    if (!present || !this.#kept.every(({ isSound }) => isSound)) return this.#fill(signal);
    for (const kept of this.#kept) if (!(await kept.refresh(present, signal))) return this.#fill(signal);
    return present;
  }

  forget(): void {
    this.#watching?.abort();
    this.#watching = undefined;
    this.#present = undefined;
  }

  async #fill(signal: AbortSignal | undefined): Promise<Present> {
    const { cluster, place } = this.#options;
    // What is told from now on is compared with what is read now.
    for (const { marks } of this.#kept) marks.clear();
    const { present, versions } = await readPresent(cluster, place, signal);
    this.#present = present;
    if (this.#isRunning && !this.#watching) this.#watch([versions.applications, versions.secrets]);
    return present;
  }

  #watch(versions: readonly string[]): void {
    const { cluster, clock, random, pollMs = POLL_MS } = this.#options;
    const watching = new AbortController();
    this.#watching = watching;
    const { signal } = watching;
    const before = this.#loops;
    const loops = this.#kept.map(async (kept, index) => {
      const { kind, namespace, labelSelector } = kept;
      const from = versions[index] ?? '';
      kept.isSound = true;
      const options = { namespace, labelSelector, metadataOnly: true, pollMs, from, clock, random, signal };
      await follow(cluster, kind, options, kept).finally(() => {
        if (this.#watching === watching || !this.#watching) kept.isSound = false;
      });
    });
    this.#loops = Promise.all([before, ...loops]);
  }
}

/** One kind of objects that is kept, as a watch of it and the rounds see it. */
class KeptKind implements Followed<KubeObject> {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly labelSelector: string;
  readonly marks: Marks;
  /** Whether nothing has failed since everything was listed: what is not marked is as it is known. */
  isSound = false;
  readonly #cluster: Cluster;
  readonly #log: Log;
  readonly #access: Access;
  #failure: string | undefined;

  constructor({ cluster, log }: WatchedPresentOptions, selection: Selection, access: Access) {
    this.kind = selection.kind;
    this.namespace = selection.namespace;
    this.labelSelector = selection.labelSelector;
    this.#cluster = cluster;
    this.#log = log;
    this.#access = access;
    this.marks = new Marks(access.versionOf, MOST_READ_SINGLY);
  }

  /** Reads what was marked into `present`; false where that is too much. What could not be read is marked as before. */
  async refresh(present: Present, signal: AbortSignal | undefined): Promise<boolean> {
    const names = this.marks.take();
    if (!names) return false;
    let read = 0;
    try {
      for (const name of names) {
        await this.#access.read(present, name, signal);
        read += 1;
      }
      return true;
    } finally {
      for (const name of names.slice(read)) this.marks.putBack(name);
    }
  }

  async list(signal: AbortSignal): Promise<Listed> {
    const { namespace, labelSelector } = this;
    const listed = new Map<string, string>();
    let resourceVersion = '';
    const options = { namespace, labelSelector, metadataOnly: true, pageSize: POLL_PAGE, signal };
    for await (const page of this.#cluster.listPages(this.kind, options)) {
      resourceVersion = page.resourceVersion;
      for (const { metadata } of page.items) listed.set(metadata.name, metadata.resourceVersion ?? '');
    }
    return { resourceVersion, apply: () => this.#apply(listed, resourceVersion) };
  }

  take({ type, object: { metadata } }: ObjectEvent<KubeObject>): void {
    this.marks.note(metadata.name, metadata.resourceVersion ?? '', type === 'deleted');
  }

  absent(): void {
    this.isSound = false;
  }

  failed(error: unknown, retryInMs: number): void {
    this.isSound = false;
    const reason = reasonOf(error);
    if (reason === this.#failure) return;
    this.#failure = reason;
    const fields = { kind: this.kind.kind, retryInMs, ...errorFields(error) };
    this.#log.warn('a watch failed and is tried again; until then everything is listed in each round', fields);
  }

  #apply(listed: ReadonlyMap<string, string>, version: string): number {
    let news = 0;
    for (const [name, seen] of listed) if (this.marks.note(name, seen, false)) news += 1;
    for (const name of this.#access.names()) {
      if (!listed.has(name) && this.marks.note(name, version, true)) news += 1;
    }
    this.isSound = true;
    this.#failure = undefined;
    return news;
  }
}

type Selection = Pick<KeptKind, 'kind' | 'namespace' | 'labelSelector'>;

interface Access {
  versionOf(name: string): string | undefined;
  names(): Iterable<string>;
  /** Reads one object, whole, into what is present. Throws CompassError. */
  read(present: Present, name: string, signal: AbortSignal | undefined): Promise<void>;
}

type GetPresent = () => Present | undefined;

function keptApplications(options: WatchedPresentOptions, present: GetPresent): KeptKind {
  const { cluster, place } = options;
  return new KeptKind(
    options,
    { kind: APPLICATION, namespace: undefined, labelSelector: '' },
    {
      versionOf: (name) => present()?.application(name)?.resourceVersion,
      names: () => present()?.applicationNames() ?? [],
      async read(into, name, signal) {
        const found = await cluster.find<Application>({ kind: APPLICATION, name }, signal);
        if (found) into.putApplication(toPresentApplication(found, place.connectionName));
        else into.removeApplication(name);
      },
    },
  );
}

function keptSecrets(options: WatchedPresentOptions, present: GetPresent): KeptKind {
  const { cluster, place } = options;
  const namespace = place.integrationNamespace;
  return new KeptKind(
    options,
    { kind: SECRET, namespace, labelSelector: SECRETS_OF_BUNDLES },
    {
      versionOf: (name) => present()?.secret(name)?.resourceVersion,
      names: () => present()?.secretNames() ?? [],
      async read(into, name, signal) {
        const found = await cluster.find<Secret>({ kind: SECRET, name, namespace }, signal);
        // Without the label it is none of a bundle's any more.
        if (found?.metadata.labels?.[SECRETS_OF_BUNDLES] === undefined) into.removeSecret(name);
        else into.putSecret(toPresentSecret(found, place.connectionName));
      },
    },
  );
}
