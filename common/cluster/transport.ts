import { type ClientRequest, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { closeIdle } from './agent.ts';
import type { Credential, Endpoint } from './endpoint.ts';
import type { RequestSubject } from './translate.ts';
import { CANCELLED, codeOf, TIMED_OUT, unreachable } from './unreachable.ts';

/** One HTTP request to the API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly subject: RequestSubject;
  readonly body?: string;
  readonly contentType?: string;
  /** The form of the answer; objects as JSON unless said. */
  readonly accept?: string;
  /** Whether sending it twice leaves the world as sending it once does, and gives the same answer. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Until the head of the answer is there, in milliseconds. */
  readonly timeoutMs: number;
}

interface Failure {
  readonly code: string;
  /** Whether the request had gone out on a connection: then a write may have been carried out. */
  readonly sent: boolean;
  /** Whether the connection had served before: then the server may have closed it just as we wrote. */
  readonly reused: boolean;
}

class Undelivered extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}

const RESET = ['ECONNRESET', 'EPIPE'];

function requestOptions(endpoint: URL, request: ApiRequest, credential: Credential, userAgent: string): RequestOptions {
  const { body, contentType = 'application/json', accept = 'application/json' } = request;
  return {
    protocol: endpoint.protocol,
    hostname: endpoint.hostname.replace(/^\[|\]$/g, ''),
    port: endpoint.port,
    method: request.method,
    path: `${endpoint.pathname.replace(/\/$/, '')}${request.path}`,
    agent: credential.agent,
    headers: {
      accept,
      'user-agent': userAgent,
      ...(body === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }),
      ...(credential.authorization ? { authorization: credential.authorization.reveal() } : {}),
      ...credential.headers,
    },
  };
}

/** Cuts the request when its time is over or its caller gave up; returns what to call when the answer's head is there. */
function limit(outgoing: ClientRequest, request: ApiRequest): () => void {
  const cut = (code: string) => outgoing.destroy(Object.assign(new Error(code), { code }));
  const timer = setTimeout(() => cut(TIMED_OUT), request.timeoutMs);
  const onAbort = () => cut(CANCELLED);
  request.signal?.addEventListener('abort', onAbort, { once: true });
  if (request.signal?.aborted) onAbort();
  return () => {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', onAbort);
  };
}

/** The connections that are through with their handshake. */
const ready = new WeakSet<object>();

function exchange(options: RequestOptions, request: ApiRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let connected = false;
    const outgoing = options.protocol === 'http:' ? httpRequest(options) : httpsRequest(options);
    const settled = limit(outgoing, request);
    outgoing.on('socket', (socket) => {
      // Not `reusedSocket`: that is false for a request which had waited for a connection to become free.
      // A connection through a proxy is there before it is handed over.
      connected = ready.has(socket) || (options.protocol === 'http:' && !socket.connecting);
      if (connected) return;
      socket.once(options.protocol === 'http:' ? 'connect' : 'secureConnect', () => {
        ready.add(socket);
        connected = true;
      });
    });
    outgoing.once('response', (answer) => {
      settled();
      resolve(answer);
    });
    outgoing.on('error', (error) => {
      settled();
      reject(new Undelivered({ code: codeOf(error), sent: connected, reused: outgoing.reusedSocket }));
    });
    outgoing.end(request.body);
  });
}

export interface Transport {
  readonly endpoint: Endpoint;
  readonly userAgent: string;
}

async function sendOnce(transport: Transport, request: ApiRequest, credential: Credential): Promise<IncomingMessage> {
  const { endpoint, userAgent } = transport;
  const options = requestOptions(new URL(endpoint.server), request, credential, userAgent);
  try {
    return await exchange(options, request);
  } catch (error) {
    if (!(error instanceof Undelivered)) throw error;
    const { code, sent, reused } = error.failure;
    // The idle connections have most likely met the same fate (half-open after a partition): dial anew next time.
    if (code === TIMED_OUT) closeIdle(credential.agent);
    if (RESET.includes(code) && reused && request.repeatable) return exchangeAgain(transport, request, options);
    throw unreachable(request.subject, endpoint.server, code, sent && request.method !== 'GET');
  }
}

/** Once more on a new connection: the old one was closed by the server while it was idle. */
async function exchangeAgain(transport: Transport, request: ApiRequest, options: RequestOptions) {
  try {
    const { agent } = options;
    if (typeof agent === 'object') closeIdle(agent);
    return await exchange(options, request);
  } catch (error) {
    if (!(error instanceof Undelivered)) throw error;
    const { code, sent } = error.failure;
    throw unreachable(request.subject, transport.endpoint.server, code, sent && request.method !== 'GET');
  }
}

/**
 * Sends one request and gives the head of the answer, whatever its status. A 401 reads the credential anew and tries
 * once more. A connection that was kept alive and is reset before a byte of an answer came means that the server closed
 * it while it was idle: then a repeatable request is sent once more, and nothing else is, since the API server may have
 * carried it out.
 */
export async function send(transport: Transport, request: ApiRequest): Promise<IncomingMessage> {
  const answer = await sendOnce(transport, request, await transport.endpoint.credential());
  if (answer.statusCode !== 401) return answer;
  answer.resume();
  return sendOnce(transport, request, await transport.endpoint.renewed());
}
