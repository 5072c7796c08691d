import type { Cluster } from './cluster.ts';

/** The same Cluster for reading, every read of which ends with the signal as well. */
export function readUntil(cluster: Cluster, signal: AbortSignal): Cluster {
  const both = (own: AbortSignal | undefined) => (own ? AbortSignal.any([own, signal]) : signal);
  return {
    ...cluster,
    get: (ref, own) => cluster.get(ref, both(own)),
    find: (ref, own) => cluster.find(ref, both(own)),
    listPages: (kind, options) => cluster.listPages(kind, { ...options, signal: both(options?.signal) }),
    raw: (path, own) => cluster.raw(path, both(own)),
  };
}
