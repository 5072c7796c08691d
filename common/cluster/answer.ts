import { traceCall } from '../calls.ts';
import { systemClock } from '../clock.ts';
import { CompassError } from '../errors.ts';
import { parseJson } from '../json.ts';
import { describeRequest, translateAnswer } from './translate.ts';
import { type ApiRequest, type Sent, send, type Transport } from './transport.ts';
import { unreachable } from './unreachable.ts';

/** The most of one answer that is read, in bytes: an object has 3 MiB at most, and of a list smaller pages can be asked for. */
const LARGEST_ANSWER = 8 * 1024 * 1024;

const TOO_LARGE = Symbol('answer too large');

/** Whether a call failed because its answer is larger than what is read. */
export function isAnswerTooLarge(error: unknown): boolean {
  return error instanceof CompassError && error.cause === TOO_LARGE;
}

/**
 * Reads the body to its end, unless the limit cuts it, which ends with it. By events: `for await` makes promises for each
 * piece, which costs more than the rest of it.
 */
export function readBody({ answer, limit }: Sent, request: ApiRequest, server: string): Promise<string> {
  limit.cuts(answer);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    answer.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LARGEST_ANSWER) chunks.push(chunk);
      else answer.destroy();
    });
    answer.once('end', () => {
      limit.release();
      resolve((chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)).toString('utf8'));
    });
    // What it was says the limit; otherwise the connection is broken. It closes in any case.
    answer.on('error', () => undefined);
    answer.once('close', () => {
      limit.release();
      if (answer.readableEnded) return;
      const isTooLarge = size > LARGEST_ANSWER;
      reject(
        isTooLarge
          ? tooLarge(request)
          : unreachable(request.subject, server, limit.cutBy ?? 'ECONNRESET', request.method !== 'GET'),
      );
    });
  });
}

function tooLarge({ subject }: ApiRequest): CompassError {
  const message = `cannot ${describeRequest(subject)}: answer too large`;
  return new CompassError('ClusterUnavailable', message, { cause: TOO_LARGE });
}

export interface Answer {
  readonly text: string;
  readonly isJson: boolean;
}

/** What became of a request, for metrics. `status` is undefined where no answer came. */
export interface Observation {
  readonly verb: string;
  readonly resource: string;
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly status: number | undefined;
  readonly durationMs: number;
}

export interface Caller extends Transport {
  readonly observe?: ((observation: Observation) => void) | undefined;
}

async function callUnobserved(caller: Caller, request: ApiRequest, seen: (status: number) => void, scrub?: Scrub) {
  const { server } = caller.endpoint;
  const sent = await send(caller, request);
  const { answer } = sent;
  const code = answer.statusCode ?? 0;
  seen(code);
  const text = await readBody(sent, request, server);
  if (code >= 200 && code < 300) return { text, isJson: /\bjson\b/.test(answer.headers['content-type'] ?? '') };
  throw translateAnswer(request.subject, { code, headers: answer.headers, body: text, ...(scrub ? { scrub } : {}) });
}

type Scrub = (message: string) => string;

/** Sends a request and reads its whole answer; throws the translated error unless it is a success. */
export async function call(caller: Caller, request: ApiRequest, scrub?: Scrub): Promise<Answer> {
  const startMs = systemClock.monotonicMs();
  const { verb, resource } = request.subject;
  let status: number | undefined;
  try {
    const seen = (code: number) => {
      status = code;
    };
    const dryRun = /[?&]dryRun=/.test(request.path) ? ' (dry run)' : '';
    return await traceCall({ side: 'cluster', what: `${verb} ${resource}${dryRun}` }, () =>
      callUnobserved(caller, request, seen, scrub),
    );
  } finally {
    const { method } = request;
    const url = `${caller.endpoint.server}${request.path}`;
    caller.observe?.({ verb, resource, method, url, status, durationMs: systemClock.monotonicMs() - startMs });
  }
}

interface Reading<T> {
  readonly scrub?: Scrub | undefined;
  /** Gives undefined for what is no such answer; without it any JSON will do. */
  readonly read?: (value: unknown) => T | undefined;
  /** Told how long the text of the answer is, in characters. */
  readonly onLength?: (length: number) => void;
}

/** Sends a request and parses its answer. */
export async function callJson<T>(
  caller: Caller,
  request: ApiRequest,
  { scrub, read, onLength }: Reading<T> = {},
): Promise<T> {
  const { text } = await call(caller, request, scrub);
  onLength?.(text.length);
  const parsed = parseJson(text);
  const result = read ? read(parsed) : (parsed as T | undefined);
  if (result !== undefined) return result;
  const what = parsed === undefined ? 'not JSON' : 'no Kubernetes object';
  throw new CompassError('ClusterUnavailable', `cannot ${describeRequest(request.subject)}: the answer is ${what}`);
}
