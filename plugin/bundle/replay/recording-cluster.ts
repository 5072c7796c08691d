import type { Cluster, ListOptions, ObjectRef } from '#common/cluster/cluster.ts';
import type { Kind, KubeObject } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { askList, askObject, askPost, askRaw, type Exchange, recordedError } from './exchange.ts';

/** A cluster that is read, and what it said. */
export interface RecordingCluster {
  readonly cluster: Cluster;
  /** Every question so far, each once, with its answer: errors, too. */
  readonly exchanges: () => readonly Exchange[];
}

/**
 * A cluster of which every question is asked once: whoever asks it again gets the same answer, so that all who look see
 * the same moment. Only what is read is there; writes and watches are those of the cluster itself.
 */
export function recordingCluster(cluster: Cluster): RecordingCluster {
  const asked = new Map<string, Promise<Exchange>>();

  async function record(ask: string, call: () => Promise<unknown>): Promise<Exchange> {
    try {
      return { ask, answer: (await call()) ?? null };
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      return { ask, error: recordedError(error) };
    }
  }

  const done: Exchange[] = [];
  const once = async <T>(ask: string, call: () => Promise<unknown>): Promise<T> => {
    const known = asked.get(ask);
    const asking = known ?? record(ask, call);
    if (!known) asked.set(ask, asking);
    const exchange = await asking;
    if (!known) done.push(exchange);
    if (exchange.error) throw new CompassError(exchange.error.reason, exchange.error.message, exchange.error);
    return exchange.answer as T;
  };

  const listWhole = async <T extends KubeObject>(kind: Kind, options: ListOptions): Promise<readonly T[]> => {
    const items: T[] = [];
    for await (const page of cluster.listPages<T>(kind, options)) items.push(...page.items);
    return items;
  };

  const find = async <T extends KubeObject>(ref: ObjectRef, signal?: AbortSignal): Promise<T | undefined> => {
    return (await once<T | null>(askObject(ref), () => cluster.find<T>(ref, signal))) ?? undefined;
  };

  const recording: Cluster = {
    ...cluster,
    server: cluster.server,
    within: () => recording,
    find,
    async get<T extends KubeObject>(ref: ObjectRef, signal?: AbortSignal) {
      // One that is not there is an error here, and the cluster itself has the words for it.
      return (await find<T>(ref, signal)) ?? cluster.get<T>(ref, signal);
    },
    async *listPages<T extends KubeObject>(kind: Kind, options: ListOptions = {}) {
      const ask = askList(kind, options);
      yield { items: await once<readonly T[]>(ask, () => listWhole<T>(kind, options)), resourceVersion: '' };
    },
    raw: (path, signal) => once(askRaw(path), () => cluster.raw(path, signal)),
    post: <T>(path: string, body: object, signal?: AbortSignal) =>
      once<T>(askPost(path, body), () => cluster.post<T>(path, body, signal)),
  };
  return { cluster: recording, exchanges: () => done.toSorted((a, b) => (a.ask < b.ask ? -1 : 1)) };
}
