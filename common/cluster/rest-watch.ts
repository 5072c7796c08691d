import { text as readText } from 'node:stream/consumers';
import type { WatchEvent, WatchOptions } from './cluster.ts';
import type { Kind, KubeObject } from './objects.ts';
import { collectionPath, queryString } from './paths.ts';
import type { RestOptions } from './rest-cluster.ts';
import { subjectOf } from './subject.ts';
import { translateAnswer } from './translate.ts';
import { send } from './transport.ts';
import { unreachable } from './unreachable.ts';
import { readEvents } from './watch-stream.ts';

/** One watch: a request whose answer is a stream of events, until the server, the signal or silence ends it. */
export async function* watchStream<T extends KubeObject>(
  options: RestOptions,
  kind: Kind,
  { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds = 300, signal }: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  if (signal.aborted) return;
  const subject = subjectOf('watch', kind, { namespace });
  const query = queryString({
    watch: true,
    allowWatchBookmarks: true,
    labelSelector,
    fieldSelector,
    resourceVersion,
    timeoutSeconds,
  });
  const path = `${collectionPath(kind, namespace)}${query}`;
  const { timeoutMs, endpoint } = options;
  const answer = await send(options, { method: 'GET', path, subject, repeatable: true, signal, timeoutMs });
  const code = answer.statusCode ?? 0;
  if (code !== 200) {
    answer.setTimeout(timeoutMs, () => answer.destroy());
    const body = await readText(answer).catch(() => '');
    throw translateAnswer(subject, { code, headers: answer.headers, body });
  }
  const silentMs = timeoutSeconds * 1_000 + options.watchMarginMs;
  const cutOff = (cause: string) => unreachable(subject, endpoint.server, cause, false);
  yield* readEvents<T>(answer, { subject, kind, signal, silentMs, cutOff });
}
