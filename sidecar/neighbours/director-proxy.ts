import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '#common/clock.ts';
import type { Transport } from '#common/compass/endpoint.ts';
import { CompassError } from '#common/errors.ts';
import type { Log } from '#common/log.ts';
import { type Destination, forward, newRequestId } from './forward.ts';
import { type ProxiedQuery, type Refusal, readQuery, refuseHead } from './proxy-rules.ts';
import { ProxyTraffic } from './proxy-traffic.ts';
import { readBody } from './read-body.ts';

export interface DirectorProxyOptions {
  /** 0 lets the system choose one. */
  readonly port: number;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether each call is logged: its name, duration and request id, never contents. */
  readonly queryLogging: boolean;
  /** Where queries go at this moment, or why they cannot. */
  readonly destination: () => Destination | string;
  /** For one query, from its last byte to the last one of its answer, in ms; a minute unless said. */
  readonly timeoutMs?: number;
}

const CALL_MS = 60_000;

/** Those under way at the end have so long. */
const DRAIN_MS = 20_000;

/** Of a caller: it is in the same Pod, and has no reason to be slow. */
const LIMITS = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 30_000, maxHeaderSize: 16 * 1024 };
const MOST_CONNECTIONS = 256;

/**
 * Listens on loopback alone and takes GraphQL queries to the Director with the client certificate, so that the workloads of a
 * Pod query Compass without a key. What is under way when the certificate is renewed ends with the one that it began with.
 */
export class DirectorProxy {
  readonly traffic = new ProxyTraffic();
  readonly #options: DirectorProxyOptions;
  readonly #servers: Server[] = [];
  #port = 0;
  #isClosing = false;

  /** Throws InvalidSetting where the port cannot be had. */
  static async open(options: DirectorProxyOptions): Promise<DirectorProxy> {
    const proxy = new DirectorProxy(options);
    try {
      await proxy.#listen();
    } catch (error) {
      await proxy.close();
      throw error;
    }
    return proxy;
  }

  private constructor(options: DirectorProxyOptions) {
    this.#options = options;
  }

  get port(): number {
    return this.#port;
  }

  /** Serves until `stopping`, and resolves when what was under way has ended. */
  async run(stopping: AbortSignal): Promise<void> {
    if (!stopping.aborted) await once(stopping, 'abort');
    await this.close();
  }

  /** Takes no more, lets those under way end, and closes. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const server of this.#servers) server.close();
    await this.traffic.rest(DRAIN_MS);
    for (const server of this.#servers) server.closeAllConnections();
  }

  async #listen(): Promise<void> {
    const { port } = this.#options;
    await this.#listenAt('127.0.0.1', port);
    // `localhost` may mean this one first; a Pod without it has the other. Who asked for a port must not reach somebody else's.
    await this.#listenAt('::1', this.port, port === 0 ? () => true : (code) => code !== 'EADDRINUSE');
  }

  #listenAt(host: string, port: number, isPassedOver = (_code?: string) => false): Promise<void> {
    const server = createServer(LIMITS, (request, response) => void this.#answer(request, response));
    server.maxConnections = MOST_CONNECTIONS;
    return new Promise((resolve, reject) => {
      server.once('error', ({ code }: NodeJS.ErrnoException) => {
        if (isPassedOver(code)) return resolve();
        const message = `APP_DIRECTOR_PROXY_PORT ${port} cannot be listened on at ${host} (${code}); choose another port`;
        reject(new CompassError('InvalidSetting', message));
      });
      server.listen({ host, port, ipv6Only: host.includes(':') }, () => {
        this.#servers.push(server);
        this.#port = (server.address() as AddressInfo).port;
        // A process that has no descriptor left, say, cannot take a connection; the next one perhaps can.
        server.on('error', ({ code }: NodeJS.ErrnoException) =>
          this.#options.log.warn('the Director proxy cannot take a connection', { error: code }),
        );
        resolve();
      });
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock } = this.#options;
    const startedMs = clock.monotonicMs();
    const isClosed = new Promise((resolve) => response.once('close', resolve));
    const hasRoom = this.traffic.begin();
    if (this.#isClosing) response.setHeader('connection', 'close');
    try {
      const refusal = hasRoom ? await this.#serve(request, response) : NO_ROOM;
      if (refusal) refuse(response, refusal);
      request.resume();
      await isClosed;
    } finally {
      if (hasRoom) this.traffic.end();
      this.traffic.count(response.writableFinished ? response.statusCode : 'gone', clock.monotonicMs() - startedMs);
    }
  }

  /** What is refused is left for the caller to be told. */
  async #serve(request: IncomingMessage, response: ServerResponse): Promise<Refusal | undefined> {
    const refusal = refuseHead(request.method, request.headers);
    if (refusal) return refusal;
    if (typeof this.#options.destination() === 'string') return this.#notConnected();
    let held = 0;
    const hold = (bytes: number) => {
      const isHeld = this.traffic.hold(bytes);
      if (isHeld) held += bytes;
      return isHeld;
    };
    try {
      const body = await readBody(request, hold);
      if (!body) return undefined;
      if (!Buffer.isBuffer(body)) return body;
      const query = readQuery(body);
      return 'status' in query ? query : await this.#forward(query, response);
    } finally {
      this.traffic.letGo(held);
    }
  }

  async #forward(query: ProxiedQuery, response: ServerResponse): Promise<Refusal | undefined> {
    const { transport, clock, log, queryLogging, timeoutMs = CALL_MS } = this.#options;
    const destination = this.#options.destination();
    if (typeof destination === 'string') return this.#notConnected();
    const requestId = newRequestId(destination.details);
    const startedMs = clock.monotonicMs();
    const failure = await forward({ query, destination, requestId, transport, response, timeoutMs });
    const durationMs = clock.monotonicMs() - startedMs;
    const facts = { operation: query.operation, requestId, durationMs: Math.round(durationMs) };
    if (failure) log.warn('a query of a neighbour did not reach the Director', { ...facts, error: failure.message });
    else if (queryLogging) log.info('a neighbour called Compass', { ...facts, status: response.statusCode });
    return failure && { ...failure, headers: { 'x-request-id': requestId } };
  }

  #notConnected(): Refusal {
    const destination = this.#options.destination();
    const why = typeof destination === 'string' ? destination : 'it is connected just now';
    return { status: 503, message: `not connected to Compass: ${why}`, headers: { 'retry-after': '5' } };
  }
}

const NO_ROOM: Refusal = {
  status: 503,
  message: 'too many queries are under way',
  headers: { 'retry-after': '1' },
};

/** In the form in which GraphQL says what is wrong, so that a client of it shows that. */
function refuse(response: ServerResponse, { status, message, headers = {} }: Refusal): void {
  const body = `${JSON.stringify({ errors: [{ message }] })}\n`;
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
