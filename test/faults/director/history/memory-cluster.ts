import type { Cluster, DeleteOptions, ListPage, ObjectRef } from '#common/cluster/cluster.ts';
import type { Kind, KubeObject } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { merged } from '#common/sync/plan-merge.ts';
import type { Random } from './random.ts';

/** A deletion that was asked for, and whether it was done. */
export interface Deletion {
  readonly object: KubeObject;
  readonly isDone: boolean;
}

export interface ClusterFaultiness {
  /** How probable it is that a write is refused, or that its answer is lost. */
  write: number;
  /** How probable it is that a deletion is refused. */
  deletion: number;
}

const PAGE = 4;

/** As much of an API server as a synchronization needs, in memory: uids, versions as preconditions, pages, garbage collection. */
export class MemoryCluster implements Cluster {
  readonly server = 'memory';
  readonly faultiness: ClusterFaultiness = { write: 0, deletion: 0 };
  readonly #random: Random;
  readonly #objects = new Map<string, KubeObject>();
  readonly #onDeletion: (deletion: Deletion) => void;
  #version = 0;

  constructor(random: Random, onDeletion: (deletion: Deletion) => void) {
    this.#random = random;
    this.#onDeletion = onDeletion;
  }

  /** Everything of a kind. */
  all<T extends KubeObject>(kind: Kind): readonly T[] {
    return [...this.#objects.values()].filter((object): object is T => object.kind === kind.kind);
  }

  /** Stores something as somebody else would. */
  put(object: KubeObject): void {
    this.#store({ ...object, metadata: { uid: this.#newUid(), ...object.metadata } });
  }

  /** Removes what has owners, none of which is there. Those of other kinds than are stored are. */
  collectGarbage(): void {
    const objects = [...this.#objects.values()];
    const uids = new Set(objects.map(({ metadata }) => metadata.uid));
    const kinds = new Set(['Application', 'Secret']);
    const isGone = (kind: string, uid: string) => kinds.has(kind) && !uids.has(uid);
    for (const [key, { metadata }] of this.#objects) {
      const { ownerReferences: owners = [] } = metadata;
      if (owners.length > 0 && owners.every(({ kind, uid }) => isGone(kind, uid))) this.#objects.delete(key);
    }
  }

  find<T extends KubeObject>({ kind, name }: ObjectRef): Promise<T | undefined> {
    return Promise.resolve(this.#objects.get(`${kind.kind} ${name}`) as T | undefined);
  }

  async get<T extends KubeObject>(ref: ObjectRef): Promise<T> {
    return (await this.find<T>(ref)) ?? refuse('ClusterNotFound');
  }

  async *listPages<T extends KubeObject>(kind: Kind): AsyncGenerator<ListPage<T>> {
    const objects = await Promise.resolve(this.all<T>(kind));
    for (let at = 0; at < objects.length; at += PAGE) {
      yield { items: objects.slice(at, at + PAGE), resourceVersion: `${this.#version}` };
    }
  }

  create<T extends KubeObject>(kind: Kind, object: T): Promise<T> {
    return this.#write(kind, object.metadata.name, (before) => {
      if (before) refuse('ClusterAlreadyExists');
      return { ...object, metadata: { ...object.metadata, uid: this.#newUid() } };
    });
  }

  mergePatch<T extends KubeObject>({ kind, name }: ObjectRef, patch: object): Promise<T> {
    return this.#write(kind, name, (before) => {
      checkVersion(before, (patch as KubeObject).metadata);
      return merged(before, patch) as T;
    });
  }

  /** What an apply leaves out stays, as if others had written it. */
  apply<T extends KubeObject>(kind: Kind, object: T): Promise<T> {
    return this.mergePatch<T>({ kind, name: object.metadata.name }, object);
  }

  async delete({ kind, name }: ObjectRef, options: DeleteOptions = {}): Promise<boolean> {
    const object = await this.find({ kind, name });
    if (!object) return false;
    const isDone = !this.#random.chance(this.faultiness.deletion);
    checkVersion(object, options);
    this.#onDeletion({ object, isDone });
    if (!isDone) refuse('ClusterForbidden');
    return this.#objects.delete(`${kind.kind} ${name}`);
  }

  within(): Cluster {
    return this;
  }

  close(): void {
    this.#objects.clear();
  }

  replace = unused;
  post = unused;
  raw = unused;
  watch = unused;
  lines = unused;

  /** In its own turn, as every request: others may come in between. */
  async #write<T extends KubeObject>(kind: Kind, name: string, change: (before: T | undefined) => T): Promise<T> {
    const before = await this.find<T>({ kind, name });
    const fault = this.#random.chance(this.faultiness.write) ? this.#random.pick(WRITE_FAULTS) : undefined;
    if (fault === 'moved' && before) this.#store(before);
    if (fault === 'refused') refuse('ClusterRefused');
    const after = this.#store(change(fault === 'moved' ? await this.find<T>({ kind, name }) : before));
    return fault === 'lost' ? refuse('ClusterUnreachable') : after;
  }

  #store<T extends KubeObject>(object: T): T {
    this.#version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: `${this.#version}` } };
    this.#objects.set(`${object.kind} ${object.metadata.name}`, stored);
    return stored;
  }

  #newUid(): string {
    this.#version += 1;
    return `uid-${this.#version}`;
  }
}

/** `moved`: somebody else was faster; `lost`: it is done, and the answer does not come. */
const WRITE_FAULTS = ['moved', 'refused', 'lost'] as const;

function checkVersion(
  before: KubeObject | undefined,
  { uid, resourceVersion }: Pick<DeleteOptions, 'uid' | 'resourceVersion'>,
): void {
  const { metadata } = before ?? refuse('ClusterNotFound');
  const isSame = (uid ?? metadata.uid) === metadata.uid;
  if (!isSame || (resourceVersion ?? metadata.resourceVersion) !== metadata.resourceVersion) refuse('ClusterConflict');
}

function refuse(
  reason:
    | 'ClusterNotFound'
    | 'ClusterAlreadyExists'
    | 'ClusterConflict'
    | 'ClusterForbidden'
    | 'ClusterRefused'
    | 'ClusterUnreachable',
): never {
  throw new CompassError(reason, 'a fault');
}

function unused(): never {
  throw new Error('a synchronization does not ask for this');
}
