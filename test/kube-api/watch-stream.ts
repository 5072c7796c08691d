import type { ServerResponse } from 'node:http';
import type { Cluster } from './cluster.ts';
import type { FaultEffect } from './faults.ts';
import type { JsonObject } from './json.ts';
import type { Resource } from './kinds/resource.ts';
import type { KubeObject } from './object.ts';
import type { ApiRequest } from './request.ts';
import { expired } from './status.ts';
import { formOf, partialOf, tableOf } from './table.ts';
import type { Sink, WatchEvent } from './verbs/watch.ts';

/** Answers a watch: one JSON event a line, in the form that the Accept header asks for. */
export function openWatch(
  start: (sink: Sink) => void,
  effects: FaultEffect[],
  request: ApiRequest,
  resource: Resource,
  cluster: Cluster,
  response: ServerResponse,
): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  const limit = effects.find((effect) => effect.kind === 'endWatch');
  const deaf = effects.find((effect) => effect.kind === 'deafWatch');
  let sent = 0;
  const write = (event: WatchEvent) =>
    response.write(`${JSON.stringify({ type: event.type, object: shape(event, request, resource, cluster, sent) })}\n`);
  const endEarly = () => {
    if (limit?.how === 'gone') write({ type: 'ERROR', object: expired('too old resource version').status });
    if (limit?.how === 'cut') response.destroy();
    else response.end();
  };
  const sink: Sink = {
    send: (told) => {
      const event = deaf ? muffled(told, deaf.bookmarks) : told;
      if (event === undefined || response.writableEnded || response.destroyed) return;
      write(event);
      sent += 1;
      if (limit !== undefined && sent >= limit.afterEvents) endEarly();
    },
    end: () => response.end(),
    onClose: (callback) => response.on('close', callback),
  };
  if (limit?.afterEvents === 0) endEarly();
  else start(sink);
}

/** What is left of a change: nothing, or a bookmark that is past it. */
function muffled({ object }: WatchEvent, bookmarks: boolean): WatchEvent | undefined {
  const { apiVersion, kind, metadata } = object as KubeObject;
  const { resourceVersion = '' } = metadata;
  return bookmarks ? { type: 'BOOKMARK', object: { apiVersion, kind, metadata: { resourceVersion } } } : undefined;
}

function shape(event: WatchEvent, request: ApiRequest, resource: Resource, cluster: Cluster, sent: number): JsonObject {
  if (event.type === 'ERROR') return event.object;
  const object = event.object as KubeObject;
  const form = formOf(request.headers.accept);
  if (form === 'partial') return partialOf(object);
  if (form !== 'table') return object;
  const { resourceVersion = '' } = object.metadata;
  const rows = event.type === 'BOOKMARK' ? [] : [object];
  const table = tableOf(resource, rows, { resourceVersion }, request.query.get('includeObject'), cluster.now());
  return sent === 0 ? table : { ...table, columnDefinitions: null };
}
