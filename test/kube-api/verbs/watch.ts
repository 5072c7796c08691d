import type { Cluster } from '../cluster.ts';
import type { JsonObject } from '../json.ts';
import { groupVersion, type Resource } from '../kinds/resource.ts';
import type { KubeObject } from '../object.ts';
import { type ApiRequest, isTrue } from '../request.ts';
import { expired } from '../status.ts';
import type { Change, Storage } from '../storage.ts';
import { requireVersion, requireWatchable, selectorOf } from './list.ts';

/** One event of a watch. */
export type WatchEvent = { type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'; object: JsonObject };

/** Where a watch's events go; `end` closes it. */
export type Sink = { send(event: WatchEvent): void; end(): void; onClose(callback: () => void): void };

const longestMs = 60 * 60 * 1000;

/**
 * Starts a watch: what is there (without a resourceVersion, or for 0), then every later change, with bookmarks where
 * asked for. Throws before the answer begins what a genuine server refuses.
 */
export function watch(
  cluster: Cluster,
  request: ApiRequest,
  resource: Resource,
  bookmarkMs: number,
): (sink: Sink) => void {
  const { query } = request;
  requireWatchable(query);
  const given = query.get('resourceVersion') ?? '';
  requireVersion(given);
  const view = viewOf(request, resource);
  return (sink) => {
    if (!sendPast(cluster.storage, view, Number(given), sink)) return;
    const unsubscribe = cluster.storage.subscribe((change) => sendChange(view, change, sink));
    const timers = startTimers(cluster, resource, query, sink, bookmarkMs);
    sink.onClose(() => {
      unsubscribe();
      for (const timer of timers) clearTimeout(timer);
    });
  };
}

/** What a watch sees: which resource, which of its objects, and how they look. */
type View = {
  storedAs: string;
  isSeen(object: KubeObject | undefined): boolean;
  shown(object: KubeObject): JsonObject;
};

function viewOf(request: ApiRequest, resource: Resource): View {
  const { target } = request;
  const isSelected = selectorOf(request, resource);
  const inScope = ({ metadata }: KubeObject) =>
    (target?.namespace === undefined || metadata.namespace === target.namespace) &&
    (target?.name === undefined || metadata.name === target.name);
  return {
    storedAs: resource.storedAs,
    isSeen: (object) => object !== undefined && inScope(object) && isSelected(object),
    shown: (object) => ({ ...object, apiVersion: groupVersion(resource), kind: resource.kind }),
  };
}

/** Sends what is there, or what happened since a revision; false when that is too long ago. */
function sendPast(storage: Storage, view: View, from: number, sink: Sink): boolean {
  if (from > 0 && from < storage.floor) {
    sink.send({ type: 'ERROR', object: expired(`too old resource version: ${from} (${storage.floor + 1})`).status });
    sink.end();
    return false;
  }
  if (from > 0) for (const change of storage.since(view.storedAs, from)) sendChange(view, change, sink);
  else {
    const seen = storage.list(view.storedAs).filter((object) => view.isSeen(object));
    for (const object of seen) sink.send({ type: 'ADDED', object: view.shown(object) });
  }
  return true;
}

function sendChange(view: View, change: Change, sink: Sink): void {
  if (change.resource !== view.storedAs) return;
  const was = view.isSeen(change.previous);
  const is = change.type !== 'DELETED' && view.isSeen(change.object);
  if (is) sink.send({ type: was ? 'MODIFIED' : 'ADDED', object: view.shown(change.object) });
  else if (was) {
    const gone = change.type === 'DELETED' ? change.object : restamped(change);
    sink.send({ type: 'DELETED', object: view.shown(gone) });
  }
}

/** The last state that was seen, under the revision of the change that took it out of sight. */
function restamped({ object, previous, revision }: Change): KubeObject {
  const last = previous ?? object;
  return { ...last, metadata: { ...last.metadata, resourceVersion: String(revision) } };
}

function startTimers(
  cluster: Cluster,
  resource: Resource,
  query: URLSearchParams,
  sink: Sink,
  bookmarkMs: number,
): NodeJS.Timeout[] {
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  const lifeMs = seconds > 0 ? seconds * 1000 : longestMs;
  const wantsBookmarks = isTrue(query.get('allowWatchBookmarks') ?? 'false');
  const bookmark = () => sink.send({ type: 'BOOKMARK', object: bookmarkOf(cluster, resource) });
  const timers = [
    setTimeout(() => {
      if (wantsBookmarks) bookmark();
      sink.end();
    }, lifeMs),
  ];
  if (wantsBookmarks) timers.push(setInterval(bookmark, bookmarkMs));
  return timers;
}

function bookmarkOf(cluster: Cluster, resource: Resource): JsonObject {
  const created = resource.isCustom ? {} : { creationTimestamp: null };
  const metadata: JsonObject = { resourceVersion: String(cluster.storage.revision), ...created };
  return { ...resource.empty, kind: resource.kind, apiVersion: groupVersion(resource), metadata };
}
