import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Simulator } from '../simulator.ts';
import { applicationRoutes } from './application-routes.ts';
import { faultRoutes } from './fault-routes.ts';
import { recordRoutes } from './record-routes.ts';
import { AdminError, type AdminRoute, matchPath } from './route.ts';
import { runtimeRoutes } from './runtime-routes.ts';
import { switchRoutes } from './switch-routes.ts';

const help: AdminRoute = {
  method: 'GET',
  path: '/',
  does: 'this list',
  answer: () => ROUTES.map(({ method, path, does }) => `${method.padEnd(6)} ${path.padEnd(34)} ${does}\n`).join(''),
};

/** Everything that the admin API can do; an earlier route wins. */
const ROUTES: readonly AdminRoute[] = [
  help,
  ...recordRoutes,
  ...runtimeRoutes,
  ...applicationRoutes,
  ...switchRoutes,
  ...faultRoutes,
];

export interface AdminListener {
  url: string;
  close(): Promise<void>;
}

function parse(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

function parseBody(source: string): Record<string, unknown> {
  if (source.trim() === '') return {};
  const body = parse(source);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw new AdminError(400, 'the body must be a JSON object');
}

async function answer(simulator: Simulator, incoming: IncomingMessage): Promise<unknown> {
  const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
  for (const route of ROUTES) {
    const parameter = matchPath(route.path, pathname);
    if (parameter === undefined || route.method !== incoming.method) continue;
    return await route.answer(simulator, { parameter, body: parseBody(await text(incoming)) });
  }
  throw new AdminError(404, `there is no ${incoming.method} ${pathname}; GET / lists what there is`);
}

function send(response: ServerResponse, status: number, value: unknown): void {
  const isText = typeof value === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json' });
  response.end(isText ? value : `${JSON.stringify(value ?? {}, undefined, 2)}\n`);
}

/** Serves the admin API in plain HTTP on loopback: it changes everything and asks nobody for a password. */
export async function listenForAdmin(simulator: () => Simulator, port: number): Promise<AdminListener> {
  const server = createServer((incoming, response) => {
    answer(simulator(), incoming).then(
      (value) => send(response, 200, value),
      (error: Error) => send(response, error instanceof AdminError ? error.status : 500, { error: error.message }),
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
