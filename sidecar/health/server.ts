import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CompassError, messageOf } from '#common/errors.ts';
import type { Verdict } from './verdict.ts';

export interface HealthSources {
  readonly live: () => Verdict;
  readonly ready: () => Verdict;
  /** In Prometheus' text format. */
  readonly metrics: () => Promise<string>;
}

export interface HealthServer {
  /** Where it listens, on all interfaces. */
  readonly port: number;
  close(): Promise<void>;
}

/** What one request may be: a probe is tiny, and a scrape quick. */
const LIMITS = { headersTimeout: 5_000, requestTimeout: 5_000, keepAliveTimeout: 5_000, maxHeaderSize: 8 * 1024 };
const MOST_CONNECTIONS = 64;

/**
 * Serves GET /livez, /readyz, /healthz and /metrics, and nothing else: no configuration, no debugging.
 * Throws InvalidSetting where the port cannot be had.
 */
export async function serveHealth(port: number, sources: HealthSources): Promise<HealthServer> {
  const server = createServer(LIMITS, (request, response) => void answer(request, response, sources));
  server.maxConnections = MOST_CONNECTIONS;
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => close(server),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, sources: HealthSources): Promise<void> {
  // no request has a body that anybody reads
  request.resume();
  if (request.method !== 'GET') {
    response.setHeader('allow', 'GET');
    return send(response, 405, 'only GET');
  }
  const [path] = (request.url ?? '').split('?', 1);
  if (path === '/metrics') return sendMetrics(response, sources);
  const verdict = verdictFor(path, sources);
  if (!verdict) return send(response, 404, 'not found: /livez, /readyz, /healthz and /metrics are here');
  send(response, verdict.ok ? 200 : 503, verdict.text);
}

function verdictFor(path: string | undefined, { live, ready }: HealthSources): Verdict | undefined {
  // /healthz is the reference agent's, and means what /livez means
  if (path === '/livez' || path === '/healthz') return live();
  return path === '/readyz' ? ready() : undefined;
}

async function sendMetrics(response: ServerResponse, { metrics }: HealthSources): Promise<void> {
  try {
    send(response, 200, await metrics(), 'text/plain; version=0.0.4; charset=utf-8');
  } catch (error) {
    send(response, 500, `collecting the metrics failed: ${messageOf(error)}`);
  }
}

function send(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  const body = text.endsWith('\n') ? text : `${text}\n`;
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const message = `APP_HEALTH_PORT ${port} cannot be listened on (${error.code ?? error.message}); choose another port`;
      reject(new CompassError('InvalidSetting', message, { cause: error }));
    });
    server.listen(port, () => resolve());
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
