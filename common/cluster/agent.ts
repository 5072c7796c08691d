import { Agent as HttpAgent, type AgentOptions as HttpAgentOptions } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions } from 'node:https';

/** What a TLS connection to the API server is made with. */
export type TlsOptions = Pick<HttpsAgentOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername'>;

/** Enough for what runs side by side (some watches, one pass, a Lease); more wait for their turn. */
const MOST_CONNECTIONS = 16;

/**
 * An agent that keeps few connections alive. TCP keep-alive finds dead peers of idle connections; the last one used is
 * used again first, so that surplus ones age out.
 */
export function keepAliveAgent(server: string, tls: TlsOptions, proxyUrl?: string): HttpAgent {
  const options: HttpAgentOptions = {
    keepAlive: true,
    keepAliveMsecs: 30_000,
    maxSockets: MOST_CONNECTIONS,
    maxFreeSockets: 4,
    scheduling: 'lifo',
    ...(proxyUrl === undefined ? {} : { proxyEnv: { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl } }),
  };
  return server.startsWith('http:') ? new HttpAgent(options) : new HttpsAgent({ ...options, ...tls });
}

/** Closes what is idle, so that the next call dials anew. */
export function closeIdle(agent: HttpAgent): void {
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}
