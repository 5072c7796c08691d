import type { IncomingMessage } from 'node:http';
import { CompassError } from '../errors.ts';
import { isRecord, parseJson } from '../json.ts';
import type { WatchEvent } from './cluster.ts';
import type { Kind, KubeObject } from './objects.ts';
import { readObject } from './read-object.ts';
import { describeRequest, type RequestSubject, translateErrorEvent } from './translate.ts';
import { codeOf } from './unreachable.ts';

/** The longest event that is read, in bytes; etcd stores objects of 1.5 MiB at most. */
const LONGEST_LINE = 16 * 1024 * 1024;

const NEWLINE = 0x0a;

/** Cuts a stream of bytes into lines; each byte is looked at once. A last line without its newline is dropped: it is half an event. */
export async function* linesOf(chunks: AsyncIterable<Buffer>, longest = LONGEST_LINE): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      yield Buffer.concat([...parts, chunk.subarray(start, end)]).toString('utf8');
      parts = [];
      length = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > longest)
      throw new CompassError('ClusterUnavailable', `one line of the answer exceeds ${longest} bytes`);
  }
}

const CHANGES: ReadonlyMap<unknown, 'added' | 'modified' | 'deleted'> = new Map([
  ['ADDED', 'added'],
  ['MODIFIED', 'modified'],
  ['DELETED', 'deleted'],
]);

function parseEvent<T extends KubeObject>(
  subject: RequestSubject,
  kind: Kind,
  line: string,
): WatchEvent<T> | undefined {
  const event = parseJson(line);
  const unusable = (what: string) =>
    new CompassError('ClusterUnavailable', `cannot ${describeRequest(subject)}: an event is ${what}`);
  if (!isRecord(event)) throw unusable('not JSON');
  const { type, object } = event;
  if (type === 'ERROR') throw translateErrorEvent(subject, object);
  if (type === 'BOOKMARK') return { type: 'bookmark', resourceVersion: versionOf(object) };
  const change = CHANGES.get(type);
  if (change === undefined) return undefined;
  const changed = readObject<T>(object);
  if (changed === undefined) throw unusable('about no Kubernetes object');
  return { type: change, object: { ...changed, apiVersion: kind.apiVersion, kind: kind.kind } };
}

/** A bookmark has no name, and of its object nothing but the version counts. */
function versionOf(object: unknown): string {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  const version = isRecord(metadata) ? metadata['resourceVersion'] : undefined;
  return typeof version === 'string' ? version : '';
}

/** Passes chunks on, and cuts the answer when none came for so long: a silent peer may be no peer at all. */
async function* unlessSilent(answer: IncomingMessage, silentMs: number, cutOff: CutOff): AsyncGenerator<Buffer> {
  let silent = false;
  const timer = setTimeout(() => {
    silent = true;
    answer.destroy();
  }, silentMs);
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      timer.refresh();
      yield chunk;
    }
  } catch (error) {
    throw cutOff(silent ? 'ETIMEDOUT' : codeOf(error));
  } finally {
    clearTimeout(timer);
    answer.destroy();
  }
}

/** The error of a stream that ended in its midst, by the code of the cause. */
type CutOff = (code: string) => CompassError;

export interface WatchStream {
  readonly subject: RequestSubject;
  readonly kind: Kind;
  readonly signal: AbortSignal;
  /** How long nothing at all may come, in milliseconds. */
  readonly silentMs: number;
  readonly cutOff: CutOff;
}

/** The events of an answer to a watch. Ends when the server or the signal ends it. */
export async function* readEvents<T extends KubeObject>(
  answer: IncomingMessage,
  { subject, kind, signal, silentMs, cutOff }: WatchStream,
): AsyncGenerator<WatchEvent<T>> {
  const onAbort = () => answer.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const line of linesOf(unlessSilent(answer, silentMs, cutOff))) {
      const event = line.trim() === '' ? undefined : parseEvent<T>(subject, kind, line);
      if (event !== undefined) yield event;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    answer.destroy();
  }
}
