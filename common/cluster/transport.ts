import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
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
  /** Until the answer is there, or its head where that is all that is waited for, in milliseconds. */
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

/** What all requests to an API server have in common. */
type Address = Pick<RequestOptions, 'protocol' | 'hostname' | 'port'> & {
  readonly basePath: string;
  /** As the header has it. */
  readonly host: string;
};

const addresses = new WeakMap<Endpoint, Address>();

function addressOf(endpoint: Endpoint): Address {
  const known = addresses.get(endpoint);
  if (known) return known;
  const { protocol, hostname, port, pathname, host } = new URL(endpoint.server);
  const basePath = pathname.replace(/\/$/, '');
  const address = { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port, basePath, host };
  addresses.set(endpoint, address);
  return address;
}

function requestOptions({ endpoint, userAgent }: Transport, request: ApiRequest, credential: Credential) {
  const { protocol, hostname, port, basePath, host } = addressOf(endpoint);
  return {
    protocol,
    hostname,
    port,
    method: request.method,
    path: `${basePath}${request.path}`,
    agent: credential.agent,
    headers: headersOf(request, credential, { host, userAgent }),
  } satisfies RequestOptions;
}

/** Names and values in turn: Node writes a list as it stands, while of an object it makes another one, checked anew each time. */
function headersOf(
  { body, contentType = 'application/json', accept = 'application/json' }: ApiRequest,
  { authorization, headers = {} }: Credential,
  { host, userAgent }: Pick<Address, 'host'> & Pick<Transport, 'userAgent'>,
): readonly string[] {
  const list = ['host', host, 'accept', accept, 'user-agent', userAgent];
  if (body !== undefined) list.push('content-type', contentType, 'content-length', String(Buffer.byteLength(body)));
  if (authorization) list.push('authorization', authorization.reveal());
  for (const [name, values] of Object.entries(headers)) for (const value of [values].flat()) list.push(name, value);
  return list;
}

interface Destroyable {
  destroy(error?: Error): unknown;
}

/** Cuts what is under way of a request when its time is over or its caller gave up, until it is released. */
export class Limit {
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort = () => this.#cut(CANCELLED);
  #target: Destroyable | undefined;
  #cutBy: string | undefined;

  constructor({ timeoutMs, signal }: Pick<ApiRequest, 'timeoutMs' | 'signal'>) {
    this.#timer = setTimeout(() => this.#cut(TIMED_OUT), timeoutMs);
    this.#signal = signal;
    if (signal?.aborted) this.#cutBy = CANCELLED;
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Why it was cut, as the code of an error. */
  get cutBy(): string | undefined {
    return this.#cutBy;
  }

  /** From now on it is this that is to be cut; at once where the time is over already. */
  cuts(target: Destroyable): void {
    this.#target = target;
    if (this.#cutBy !== undefined) this.#cut(this.#cutBy);
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  #cut(code: string): void {
    this.#cutBy = code;
    this.#target?.destroy(Object.assign(new Error(code), { code }));
  }
}

/** The connections that are through with their handshake. */
const ready = new WeakSet<object>();

function exchange(options: RequestOptions, body: string | undefined, limit: Limit): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let connected = false;
    const outgoing = options.protocol === 'http:' ? httpRequest(options) : httpsRequest(options);
    limit.cuts(outgoing);
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
      limit.cuts(answer);
      resolve(answer);
    });
    outgoing.on('error', (error) => {
      reject(new Undelivered({ code: codeOf(error), sent: connected, reused: outgoing.reusedSocket }));
    });
    outgoing.end(body, body !== undefined && isAscii(body) ? 'latin1' : 'utf8');
  });
}

/** For UTF-8 Node makes room for three bytes a character, which the system gives and takes back again where that is much. */
function isAscii(body: string): boolean {
  return Buffer.byteLength(body) === body.length;
}

export interface Transport {
  readonly endpoint: Endpoint;
  readonly userAgent: string;
}

/** The head of an answer, whose body the limit of the request cuts until it is released. */
export interface Sent {
  readonly answer: IncomingMessage;
  readonly limit: Limit;
}

async function sendOnce(transport: Transport, request: ApiRequest, credential: Credential): Promise<Sent> {
  const { endpoint } = transport;
  const options = requestOptions(transport, request, credential);
  const limit = new Limit(request);
  try {
    return { answer: await exchange(options, request.body, limit), limit };
  } catch (error) {
    limit.release();
    if (!(error instanceof Undelivered)) throw error;
    const { code, sent, reused } = error.failure;
    // The idle connections have most likely met the same fate (half-open after a partition): dial anew next time.
    if (code === TIMED_OUT) closeIdle(credential.agent);
    if (RESET.includes(code) && reused && request.repeatable) return exchangeAgain(transport, request, options);
    throw unreachable(request.subject, endpoint.server, code, sent && request.method !== 'GET');
  }
}

/** Once more on a new connection: the old one was closed by the server while it was idle. */
async function exchangeAgain(transport: Transport, request: ApiRequest, options: RequestOptions): Promise<Sent> {
  const limit = new Limit(request);
  try {
    const { agent } = options;
    if (typeof agent === 'object') closeIdle(agent);
    return { answer: await exchange(options, request.body, limit), limit };
  } catch (error) {
    limit.release();
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
export async function send(transport: Transport, request: ApiRequest): Promise<Sent> {
  const sent = await sendOnce(transport, request, await transport.endpoint.credential());
  if (sent.answer.statusCode !== 401) return sent;
  sent.limit.release();
  sent.answer.resume();
  return sendOnce(transport, request, await transport.endpoint.renewed());
}

/** As `send`, for an answer that is a stream: it takes as long as it takes. */
export async function sendForStream(transport: Transport, request: ApiRequest): Promise<IncomingMessage> {
  const { answer, limit } = await send(transport, request);
  limit.release();
  return answer;
}
