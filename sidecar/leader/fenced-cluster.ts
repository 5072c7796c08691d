import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';

/**
 * The cluster for a leader: it writes for as long as the Lease is ours, judged right before each write. From then on writes
 * fail with Stopping, and nothing is sent; reads go through.
 */
export function fencedCluster(cluster: Cluster, isLeader: () => boolean): Cluster {
  const whileLeading = <T>(write: () => Promise<T>): Promise<T> => {
    if (isLeader()) return write();
    const message = 'another replica may lead by now: nothing more is written';
    return Promise.reject(new CompassError('Stopping', message));
  };
  return {
    server: cluster.server,
    get: (ref, signal) => cluster.get(ref, signal),
    find: (ref, signal) => cluster.find(ref, signal),
    listPages: (kind, options) => cluster.listPages(kind, options),
    watch: (kind, options) => cluster.watch(kind, options),
    raw: (path, signal) => cluster.raw(path, signal),
    lines: (path, options) => cluster.lines(path, options),
    // Reviews of rights, which store nothing.
    post: (path, body, signal) => cluster.post(path, body, signal),
    create: (kind, object, options) => whileLeading(() => cluster.create(kind, object, options)),
    replace: (kind, object, options) => whileLeading(() => cluster.replace(kind, object, options)),
    mergePatch: (ref, patch, options) => whileLeading(() => cluster.mergePatch(ref, patch, options)),
    apply: (kind, object, options) => whileLeading(() => cluster.apply(kind, object, options)),
    delete: (ref, options) => whileLeading(() => cluster.delete(ref, options)),
    within: (timeoutMs) => fencedCluster(cluster.within(timeoutMs), isLeader),
    close: () => cluster.close(),
  };
}
