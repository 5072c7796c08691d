import type { IncomingMessage } from 'node:http';
import { traceCall } from '../calls.ts';
import { readBody } from './answer.ts';
import type { WatchEvent, WatchOptions } from './cluster.ts';
import { acceptOf } from './metadata-only.ts';
import type { Kind, KubeObject } from './objects.ts';
import { collectionPath, queryString } from './paths.ts';
import type { RestOptions } from './rest-cluster.ts';
import { subjectOf } from './subject.ts';
import { translateAnswer } from './translate.ts';
import { type ApiRequest, Limit, sendForStream } from './transport.ts';
import { unreachable } from './unreachable.ts';
import { readEvents } from './watch-stream.ts';

/** The answer to a watch, once it is a stream of events; undefined when the signal came first. */
async function openWatch(options: RestOptions, request: ApiRequest): Promise<IncomingMessage | undefined> {
  let answer: IncomingMessage;
  try {
    answer = await traceCall({ side: 'cluster', what: `${request.subject.verb} ${request.subject.resource}` }, () =>
      sendForStream(options, request),
    );
  } catch (error) {
    if (request.signal?.aborted) return undefined;
    throw error;
  }
  const code = answer.statusCode ?? 0;
  if (code === 200) return answer;
  const sent = { answer, limit: new Limit(request) };
  const body = await readBody(sent, request, options.endpoint.server).catch(() => '');
  throw translateAnswer(request.subject, { code, headers: answer.headers, body });
}

/** One watch: a request whose answer is a stream of events, until the server, the signal or silence ends it. */
export async function* watchStream<T extends KubeObject>(
  options: RestOptions,
  kind: Kind,
  {
    namespace,
    labelSelector,
    fieldSelector,
    metadataOnly,
    resourceVersion,
    timeoutSeconds = 300,
    signal,
  }: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const subject = subjectOf('watch', kind, { namespace });
  const selection = { labelSelector, fieldSelector, resourceVersion, timeoutSeconds };
  const query = queryString({ watch: true, allowWatchBookmarks: true, ...selection });
  const path = `${collectionPath(kind, namespace)}${query}`;
  const { timeoutMs, watchMarginMs, endpoint } = options;
  const request: ApiRequest = {
    method: 'GET',
    path,
    subject,
    repeatable: true,
    ...acceptOf(metadataOnly),
    signal,
    timeoutMs,
  };
  const answer = await openWatch(options, request);
  if (answer === undefined) return;
  const silentMs = timeoutSeconds * 1_000 + watchMarginMs;
  const cutOff = (cause: string) => unreachable(subject, endpoint.server, cause, false);
  yield* readEvents<T>(answer, { subject, kind, signal, silentMs, cutOff });
}
