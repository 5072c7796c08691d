import { Agent as HttpAgent, type AgentOptions as HttpAgentOptions } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions } from 'node:https';
import type { Socket } from 'node:net';
import { systemClock } from '../clock.ts';
import { CompassError } from '../errors.ts';
import { OneContextAgent } from './one-context-agent.ts';

/** What a TLS connection to the API server is made with. */
export type TlsOptions = Pick<HttpsAgentOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername'>;

/** Enough for what runs side by side: six watches, sixteen writes, some reads, and a Lease, which must never wait. */
const MOST_CONNECTIONS = 32;
/** As many as write at the same time: between two bursts nothing is dialled anew. */
const MOST_IDLE_CONNECTIONS = 16;
/** How long a connection that nobody uses is kept. Shorter than servers keep one, which would close it as we write. */
const IDLE_MS = 30_000;

/** Node's agents go through these by themselves, and dial directly where a proxy is of any other kind. */
const HTTP_PROXIES = ['http:', 'https:'];

const SOCKS_PROXIES = ['socks5:', 'socks5h:'];

/** Throws InvalidSetting, which shows nothing of it (a URL may hold a password), for what is no proxy that can be used. */
function proxyUrlOf(proxyUrl: string): URL {
  const url = URL.canParse(proxyUrl) ? new URL(proxyUrl) : undefined;
  if (url?.hostname && [...HTTP_PROXIES, ...SOCKS_PROXIES].includes(url.protocol)) return url;
  const found = url?.hostname ? `begins with ${url.protocol}//` : 'is not a URL';
  const message = `the proxy for the API server ${found}; name it as http://, https:// or socks5://HOST:PORT in the kubeconfig's proxy-url or in HTTPS_PROXY`;
  throw new CompassError('InvalidSetting', message);
}

/**
 * An agent that keeps few connections alive. TCP keep-alive finds dead peers of idle connections; the last one used is
 * used again first, so that surplus ones age out, after `idleMs`. A proxy is always gone through: where it is none that
 * can be used, InvalidSetting is thrown.
 */
export function keepAliveAgent(server: string, tls: TlsOptions, proxyUrl?: string, idleMs = IDLE_MS): HttpAgent {
  const proxy = proxyUrl === undefined ? undefined : proxyUrlOf(proxyUrl);
  const isSocks = proxy !== undefined && SOCKS_PROXIES.includes(proxy.protocol);
  const options: HttpAgentOptions = {
    keepAlive: true,
    keepAliveMsecs: 30_000,
    maxSockets: MOST_CONNECTIONS,
    maxFreeSockets: MOST_IDLE_CONNECTIONS,
    scheduling: 'lifo',
    ...(proxyUrl === undefined || isSocks ? {} : { proxyEnv: { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl } }),
  };
  const agent = server.startsWith('http:') ? new HttpAgent(options) : new OneContextAgent({ ...options, ...tls });
  closeUnused(agent, idleMs);
  return isSocks ? throughSocks(agent, proxy) : agent;
}

/**
 * Closes connections when nobody has used them for so long, or a quarter longer. An agent's own option `timeout` would have
 * listeners put on and taken off for each request, and the socket's timer set anew.
 */
function closeUnused(agent: HttpAgent, idleMs: number): void {
  const freedAtMs = new WeakMap<object, number>();
  let isWaiting = false;
  const look = () => {
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      const sinceMs = systemClock.monotonicMs() - idleMs;
      const free = freeSockets(agent);
      for (const socket of free) if ((freedAtMs.get(socket) ?? 0) <= sinceMs) socket.destroy();
      if (free.length > 0) look();
    }, idleMs / 4).unref();
  };
  agent.on('free', (socket: object) => {
    freedAtMs.set(socket, systemClock.monotonicMs());
    if (!isWaiting) look();
  });
}

/** Few go this way: what speaks the protocol is loaded by whoever does. */
function throughSocks(agent: HttpAgent, proxy: URL): HttpAgent {
  const dial = agent.createConnection.bind(agent);
  const connection = async (options: ConnectionOptions) => {
    const { socksConnection } = await import('./socks.ts');
    const { host, port } = options as { readonly host?: string | null; readonly port?: number | string | null };
    const socket = await socksConnection(proxy, { host: host ?? 'localhost', port: Number(port) });
    return agent instanceof HttpsAgent ? dial({ ...options, socket } as ConnectionOptions) : socket;
  };
  agent.createConnection = (options, callback) => {
    connection(options).then(
      (stream) => stream && callback?.(null, stream),
      // Node takes an error without a connection, which its types do not say.
      (error: Error) => (callback as ((error: Error) => void) | undefined)?.(error),
    );
    return undefined;
  };
  return agent;
}

type ConnectionOptions = Parameters<HttpAgent['createConnection']>[0];

/** Closes what is idle, so that the next call dials anew. */
export function closeIdle(agent: HttpAgent): void {
  for (const socket of freeSockets(agent)) socket.destroy();
}

function freeSockets(agent: HttpAgent): readonly Socket[] {
  return Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []);
}
