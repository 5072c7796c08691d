import type { IncomingMessage } from 'node:http';
import { traceCall } from '../calls.ts';
import { readBody } from './answer.ts';
import type { LinesOptions } from './cluster.ts';
import type { RestOptions } from './rest-cluster.ts';
import { textLines } from './text-lines.ts';
import { translateAnswer } from './translate.ts';
import { type ApiRequest, Limit, sendForStream } from './transport.ts';
import { codeOf, unreachable } from './unreachable.ts';

/** The most of one line that is read, in bytes: container runtimes write longer ones in pieces. */
const LONGEST_LINE = 256 * 1024;

/** A quiet stream says nothing for hours: so often the connection is probed, in milliseconds, that a dead one is found out. */
const PROBE_MS = 15_000;

/** One GET whose answer is text, line by line, until the server or the signal ends it. */
export async function* linesStream(
  options: RestOptions,
  path: string,
  { subject = { verb: 'get', resource: path }, signal }: LinesOptions,
): AsyncGenerator<string> {
  const { timeoutMs, endpoint } = options;
  const request = { method: 'GET', path, subject, repeatable: true, signal, timeoutMs } as const;
  let answer: IncomingMessage;
  try {
    answer = await traceCall({ side: 'cluster', what: `${request.subject.verb} ${request.subject.resource}` }, () =>
      sendForStream(options, request),
    );
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  const onAbort = () => answer.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    await refuse(answer, request, endpoint.server);
    answer.socket.setKeepAlive(true, PROBE_MS);
    yield* textLines(
      chunksOf(answer, (code) => unreachable(subject, endpoint.server, code, false)),
      LONGEST_LINE,
    );
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    answer.destroy();
  }
}

async function refuse(answer: IncomingMessage, request: ApiRequest, server: string) {
  const code = answer.statusCode ?? 0;
  if (code >= 200 && code < 300) return;
  const body = await readBody({ answer, limit: new Limit(request) }, request, server).catch(() => '');
  throw translateAnswer(request.subject, { code, headers: answer.headers, body });
}

async function* chunksOf(answer: IncomingMessage, cutOff: (code: string) => Error): AsyncGenerator<Buffer> {
  try {
    yield* answer as AsyncIterable<Buffer>;
  } catch (error) {
    throw cutOff(codeOf(error));
  }
}
