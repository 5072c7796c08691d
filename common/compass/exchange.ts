import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type Agent, request as httpsRequest } from 'node:https';
import { StringDecoder } from 'node:string_decoder';

export interface Exchange {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly agent: Agent;
  /** From the start of connecting to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Whether the answer's digest is wanted. */
  readonly digests?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly bytes: number;
  /** SHA-256 of the body as it came, in base64url; only where it was asked for. */
  readonly digest?: string | undefined;
}

/** Why there is no answer, and whether the request may have been carried out nevertheless. */
export class ExchangeFailed extends Error {
  override readonly name = 'ExchangeFailed';
  readonly why: 'network' | 'timeout' | 'too-large' | 'aborted';
  /** The request was handed to a connection that was ready: the other side may have read it. */
  readonly sent: boolean;
  /** The connection had served a call before; the other side may have closed it while it was idle. */
  readonly reused: boolean;
  readonly status: number;

  constructor(why: ExchangeFailed['why'], progress: Progress, cause?: unknown) {
    super(`the exchange failed: ${why}`, { cause });
    this.why = why;
    this.sent = progress.sent;
    this.reused = progress.reused;
    this.status = progress.status;
  }
}

interface Progress {
  sent: boolean;
  reused: boolean;
  status: number;
}

/** One POST and its whole answer. Redirects are answers. Rejects with ExchangeFailed, and with nothing else. */
export function exchange(what: Exchange): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const progress: Progress = { sent: false, reused: false, status: 0 };
  const request = httpsRequest(what.url, {
    method: 'POST',
    agent: what.agent,
    headers: {
      ...what.headers,
      'content-length': String(Buffer.byteLength(what.body)),
    },
  });
  const fail = (why: ExchangeFailed['why'], cause?: unknown) => {
    reject(new ExchangeFailed(why, progress, cause));
    request.destroy();
  };
  const timer = setTimeout(() => fail('timeout'), what.timeoutMs);
  const abort = () => fail('aborted');
  what.signal?.addEventListener('abort', abort, { once: true });
  if (what.signal?.aborted) abort();
  request.once('socket', () => {
    progress.sent = true;
    progress.reused = request.reusedSocket;
  });
  request.on('error', (error) => fail('network', error));
  request.once('response', (response) => {
    progress.status = response.statusCode ?? 0;
    collect(response, what, resolve, fail);
  });
  request.end(what.body);
  return promise.finally(() => {
    clearTimeout(timer);
    what.signal?.removeEventListener('abort', abort);
  });
}

/** Reads the answer by events: `for await` makes promises for each piece, of which a listing has many. */
function collect(
  response: IncomingMessage,
  { maxBytes, digests }: Pick<Exchange, 'maxBytes' | 'digests'>,
  resolve: (answer: HttpAnswer) => void,
  fail: (why: ExchangeFailed['why'], cause?: unknown) => void,
): void {
  // Each chunk is let go as soon as it is read: an answer may be large.
  const decoder = new StringDecoder('utf8');
  const digest = digests ? createHash('sha256') : undefined;
  let body = '';
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) return fail('too-large');
    digest?.update(chunk);
    body += decoder.write(chunk);
  });
  response.once('end', () => {
    const { statusCode: status = 0, headers } = response;
    resolve({ status, headers, body: body + decoder.end(), bytes, digest: digest?.digest('base64url') });
  });
  response.once('error', (error) => fail('network', error));
  response.once('close', () => {
    // After its end its connection may serve others already.
    if (!response.readableEnded) fail('network');
  });
}
