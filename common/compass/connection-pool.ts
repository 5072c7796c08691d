import { constants } from 'node:crypto';
import { Agent, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { createSecureContext, getCACertificates, type SecureContext, type TLSSocket } from 'node:tls';
import { systemClock } from '../clock.ts';
import { CompassError } from '../errors.ts';
import { connect, describeIssuer } from './connect.ts';
import type { ClientCredential, Transport } from './endpoint.ts';
import { type ConnectProxy, proxyFor, readProxy } from './proxy.ts';

/** Idle connections are closed after this, so that a credential which was replaced is soon out of use. */
const IDLE_MS = 5_000;
/** Name, TCP, proxy and TLS together. Nothing was sent by then, so a new try costs no token. */
const CONNECT_MS = 30_000;
/** The credential in use, the one before, the one that is being proven, and none. */
const MOST_CREDENTIALS = 4;

/** A connection took longer than it may. */
export class ConnectTimeout extends Error {
  override readonly name = 'ConnectTimeout';
  readonly afterMs: number;

  constructor(afterMs: number) {
    super(`no connection within ${afterMs} ms`);
    this.afterMs = afterMs;
  }
}

/** Hands out connections that are ready: TLS done, server verified. */
class CompassAgent extends Agent {
  readonly #secureContext: SecureContext;
  readonly #transport: Transport;

  constructor(secureContext: SecureContext, transport: Transport, keepAlive: boolean) {
    super({ keepAlive, timeout: transport.idleMs ?? IDLE_MS, maxCachedSessions: 0, scheduling: 'lifo' });
    this.#secureContext = secureContext;
    this.#transport = transport;
  }

  override createConnection(
    options: RequestOptions,
    callback: (error: Error | null, stream?: Duplex) => void,
  ): undefined {
    const giveUp = new AbortController();
    const afterMs = this.#transport.connectMs ?? CONNECT_MS;
    const timer = setTimeout(() => giveUp.abort(new ConnectTimeout(afterMs)), afterMs);
    const { closed } = this.#transport;
    // Not AbortSignal.any: what listens to that is held for as long as `closed` is, and a socket listens until it is closed.
    const close = () => giveUp.abort(closed?.reason);
    closed?.addEventListener('abort', close, { once: true });
    if (closed?.aborted) close();
    this.#connect(options, giveUp.signal)
      .finally(() => {
        clearTimeout(timer);
        closed?.removeEventListener('abort', close);
      })
      .then(
        (socket) => callback(null, socket),
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
      );
  }

  async #connect(options: RequestOptions, signal: AbortSignal): Promise<Duplex> {
    const host = options.host ?? '';
    const port = Number(options.port ?? 443);
    const proxy = proxyFor(
      new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
      this.#transport.proxy,
    );
    const clock = this.#transport.clock ?? systemClock;
    const startedMs = clock.monotonicMs();
    const verify = this.#transport.skipVerify !== true;
    const { lookup } = this.#transport;
    const socket = await connect({ host, port, proxy, lookup, secureContext: this.#secureContext, verify }, signal);
    this.#tell(socket, proxy, clock.monotonicMs() - startedMs);
    return socket;
  }

  #tell(socket: TLSSocket, proxy: ConnectProxy | undefined, durationMs: number): void {
    this.#transport.observeConnection?.({
      proxy: proxy?.name,
      address: socket.remoteAddress,
      tlsVersion: socket.getProtocol() ?? undefined,
      issuer: describeIssuer(socket),
      durationMs,
    });
  }
}

/** What is trusted is more than a megabyte for each credential, and the one before is soon of no use. */
const UNUSED_MS = 60_000;

/** Two ways to the same place with the same credential. */
export interface Agents {
  /** Keeps connections alive between calls. */
  readonly pooled: Agent;
  /** Opens a connection for each call, and closes it afterwards. */
  readonly single: Agent;
}

interface Pooled extends Agents {
  /** Forgets it when another has been used since; an agent that is in use lives on with its calls. */
  readonly unused: NodeJS.Timeout;
}

const pools = new WeakMap<Transport, Map<string, Pooled>>();

/**
 * The agents for calls with this credential (or none). One pair a fingerprint and transport, so that connections are never
 * shared between credentials: hand in the same Transport object again and again to have connections reused.
 * Throws InvalidCredential where certificate and key are no pair.
 */
export function agentsFor(transport: Transport, credential: ClientCredential | undefined): Agents {
  const pool = pools.get(transport) ?? new Map<string, Pooled>();
  pools.set(transport, pool);
  const fingerprint = credential?.fingerprint ?? '';
  const agents = pool.get(fingerprint) ?? {
    ...createAgents(transport, credential),
    unused: setTimeout(() => forgetUnlessLast(pool, fingerprint), UNUSED_MS).unref(),
  };
  agents.unused.refresh();
  // Least recently used first. One that falls out finishes its calls, and its idle connections close by themselves.
  pool.delete(fingerprint);
  pool.set(fingerprint, agents);
  const [oldest] = pool.keys();
  if (pool.size > MOST_CREDENTIALS && oldest !== undefined) pool.delete(oldest);
  return agents;
}

function forgetUnlessLast(pool: Map<string, Pooled>, fingerprint: string): void {
  if ([...pool.keys()].at(-1) !== fingerprint) pool.delete(fingerprint);
}

function createAgents(transport: Transport, credential: ClientCredential | undefined): Agents {
  // A proxy that cannot be read is found here, where it can still be thrown to the caller.
  readProxy(transport.proxy);
  const secureContext = secureContextFor(transport, credential);
  if (!secureContext) {
    throw new CompassError('InvalidCredential', 'the client certificate and its key cannot be used for TLS');
  }
  return {
    pooled: new CompassAgent(secureContext, transport, true),
    single: new CompassAgent(secureContext, transport, false),
  };
}

function secureContextFor(transport: Transport, credential: ClientCredential | undefined): SecureContext | undefined {
  const extraRoots = transport.extraRoots ?? [];
  try {
    return createSecureContext({
      minVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
      // Without roots of its own Node shares one store between all contexts, which saves memory.
      ...(extraRoots.length > 0 ? { ca: [...getCACertificates('default'), ...extraRoots] } : {}),
      ...(credential ? { cert: credential.certificateChain, key: credential.key.reveal() } : {}),
    });
  } catch {
    return undefined;
  }
}
