import { randomUUID } from 'node:crypto';
import type { ApplyOptions, Cluster, ObjectRef, WriteOptions } from '#common/cluster/cluster.ts';
import type { Kind, KubeObject } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { type Draft, Drafts } from './plan-drafts.ts';
import { merged } from './plan-merge.ts';

/** Told of each write: the object as it was before, and as it would be; undefined where there is none. */
export type OnWrite = (ref: ObjectRef, before: KubeObject | undefined, after: KubeObject | undefined) => void;

/**
 * A cluster that lets reads through and stores nothing. A write is sent with `dryRun=All`, so that the API server says
 * what it would make of it, or why it refuses; what follows on the same object builds on that, where the API server
 * cannot know of it. `drafts` is empty.
 */
export function planDoor(cluster: Cluster, onWrite: OnWrite, drafts = new Drafts()): Cluster {
  /** The object as it is by now; undefined where there is none, and where it would be new but was too much to keep. */
  async function find<T extends KubeObject>(ref: ObjectRef, signal?: AbortSignal): Promise<T | undefined> {
    const draft = drafts.get(ref);
    if (draft?.object) return draft.object as T;
    return draft?.isGone || isUnknownToServer(draft) ? undefined : cluster.find<T>(ref, signal);
  }

  function keep<T extends KubeObject>(ref: ObjectRef, base: KubeObject | undefined, object: T): T {
    const { uid = randomUUID(), resourceVersion = '0' } = (base ?? object).metadata;
    const kept = { ...object, metadata: { ...object.metadata, uid, resourceVersion } };
    drafts.put(ref, kept, drafts.get(ref)?.origin ?? (base ? 'live' : 'new'));
    onWrite(ref, base, kept);
    return kept;
  }

  /** A new object, whole: each of its writes is a creation to the API server, which has none of them. */
  async function createNew<T extends KubeObject>(kind: Kind, object: T, options: WriteOptions): Promise<T> {
    const { uid: _uid, resourceVersion: _version, ...metadata } = object.metadata;
    const fresh: T = { ...object, metadata };
    if (drafts.get(refOf(kind, object))?.origin === 'replacement') return fresh;
    return orLocally(
      () => cluster.create(kind, fresh, { ...options, dryRun: true }),
      () => fresh,
    );
  }

  return {
    server: cluster.server,
    within() {
      throw new Error('a plan keeps the limit that it has');
    },
    close: () => undefined,
    raw: (path, signal) => cluster.raw(path, signal),
    watch: (kind, options) => cluster.watch(kind, options),
    lines: (path, options) => cluster.lines(path, options),
    listPages: (kind, options) => cluster.listPages(kind, options),
    post: () => Promise.reject(new Error('a plan posts nothing')),
    replace: () => Promise.reject(new Error('a plan replaces nothing')),

    find,

    async get<T extends KubeObject>(ref: ObjectRef, signal?: AbortSignal) {
      return (await find<T>(ref, signal)) ?? notThere(ref);
    },

    async create<T extends KubeObject>(kind: Kind, object: T, options: WriteOptions = {}) {
      const ref = refOf(kind, object);
      const draft = drafts.get(ref);
      if (draft && !draft.isGone) throw new CompassError('ClusterAlreadyExists', `${kind.plural} ${ref.name} is there`);
      // The API server still has the one that would be gone by now, and would refuse another of its name.
      if (draft) drafts.put(ref, object, 'replacement');
      return keep(ref, undefined, await createNew(kind, object, options));
    },

    async apply<T extends KubeObject>(kind: Kind, object: T, options: ApplyOptions) {
      const ref = refOf(kind, object);
      const base = await find(ref);
      if (isUnknownToServer(drafts.get(ref))) {
        const { fieldManager } = options;
        return keep(ref, base ?? object, await createNew(kind, merged(base, object) as T, { fieldManager }));
      }
      const applied = await orLocally(
        () => cluster.apply(kind, object, { ...options, dryRun: true }),
        () => merged(base, object) as T,
      );
      return keep(ref, base, applied);
    },

    async mergePatch<T extends KubeObject>(ref: ObjectRef, patch: object, options: WriteOptions = {}) {
      const base = (await find(ref)) ?? notThere(ref);
      const locally = () => merged(base, patch) as T;
      if (drafts.get(ref)?.object) return keep(ref, base, locally());
      const send = () => cluster.mergePatch<T>(ref, patch, { ...options, dryRun: true });
      return keep(ref, base, await orLocally(send, locally));
    },

    async delete(ref, options = {}) {
      const base = await find(ref);
      if (!base) return false;
      if (!isUnknownToServer(drafts.get(ref))) {
        const send = () => cluster.delete(ref, { ...options, dryRun: true });
        if (!(await orLocally(send, () => true))) return false;
      }
      drafts.remove(ref);
      onWrite(ref, base, undefined);
      return true;
    },
  };
}

function notThere({ kind, name }: ObjectRef): never {
  throw new CompassError('ClusterNotFound', `${kind.plural} ${name} is not there`);
}

function isUnknownToServer(draft: Draft | undefined): boolean {
  return draft !== undefined && draft.origin !== 'live';
}

/** What the API server says; where a webhook of the cluster takes no dry runs, what the write says by itself. */
async function orLocally<T>(send: () => Promise<T>, locally: () => T): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (hasReason(error, 'ClusterRefused') && /dry[- ]?run/i.test(error.message)) return locally();
    throw error;
  }
}

function refOf(kind: Kind, { metadata: { name, namespace } }: KubeObject): ObjectRef {
  return { kind, name, namespace };
}
