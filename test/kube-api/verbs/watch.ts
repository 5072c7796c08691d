import type { Cluster } from '../cluster.ts';
import type { JsonObject } from '../json.ts';
import { groupVersion, type Resource } from '../kinds/resource.ts';
import type { KubeObject } from '../object.ts';
import { type ApiRequest, isTrue } from '../request.ts';
import { type ApiError, badRequest, expired } from '../status.ts';
import type { Change } from '../storage.ts';
import { requireWatchable, selectorOf } from './list.ts';

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
  const { query, target } = request;
  requireWatchable(query);
  const { storage } = cluster;
  const given = query.get('resourceVersion') ?? '';
  if (given !== '' && !/^\d+$/.test(given)) throw badRequest(`Invalid value: "${given}": invalid resource version`);
  const isSelected = selectorOf(request, resource);
  const inScope = ({ metadata }: KubeObject) =>
    (target?.namespace === undefined || metadata.namespace === target.namespace) &&
    (target?.name === undefined || metadata.name === target.name);
  const isSeen = (object: KubeObject | undefined) => object !== undefined && inScope(object) && isSelected(object);
  const shown = (object: KubeObject) => ({ ...object, apiVersion: groupVersion(resource), kind: resource.kind });
  const toEvent = (change: Change): WatchEvent | undefined => {
    const was = isSeen(change.previous);
    const is = change.type !== 'DELETED' && isSeen(change.object);
    if (!(was || is)) return;
    if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: shown(change.object) };
    const gone = change.type === 'DELETED' ? change.object : restamped(change);
    return { type: 'DELETED', object: shown(gone) };
  };
  const from = Number(given);
  return (sink) => {
    if (from > 0 && from < storage.floor) {
      sink.send({ type: 'ERROR', object: expired(`too old resource version: ${from} (${storage.floor + 1})`).status });
      sink.end();
      return;
    }
    const send = (change: Change) => {
      if (change.resource !== resource.storedAs) return;
      const event = toEvent(change);
      if (event !== undefined) sink.send(event);
    };
    if (from === 0) {
      for (const object of storage.list(resource.storedAs))
        if (isSeen(object)) sink.send({ type: 'ADDED', object: shown(object) });
    } else {
      for (const change of storage.since(resource.storedAs, from)) send(change);
    }
    const unsubscribe = storage.subscribe(send);
    const timers = startTimers(cluster, resource, query, sink, bookmarkMs);
    sink.onClose(() => {
      unsubscribe();
      for (const timer of timers) clearTimeout(timer);
    });
  };
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
  const metadata: JsonObject = { resourceVersion: String(cluster.storage.revision), creationTimestamp: null };
  return { ...resource.empty, kind: resource.kind, apiVersion: groupVersion(resource), metadata };
}

/** The ERROR event of a fault or refusal under way. */
export function errorEvent(error: ApiError): WatchEvent {
  return { type: 'ERROR', object: error.status };
}
