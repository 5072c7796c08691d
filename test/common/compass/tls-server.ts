import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { type Issued, issue, issueRoot } from '../pki/authority.ts';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** SHA-256 of the client's certificate in lower-case hex; undefined without one. */
  readonly client: string | undefined;
}

export interface TlsServer extends AsyncDisposable {
  /** On `localhost`. */
  readonly url: string;
  readonly port: number;
  /** Requests that arrived whole. */
  readonly received: readonly Received[];
  /** Connections that were accepted so far. */
  readonly connections: readonly Socket[];
  close(): Promise<void>;
}

export type Answerer = (request: Received, response: ServerResponse) => void;

let shared: Promise<{ root: Issued; server: Issued }> | undefined;

/** The private CA of the tests' servers, and a certificate for localhost. */
export function serverAuthority(): Promise<{ root: Issued; server: Issued }> {
  shared ??= (async () => {
    const root = await issueRoot('Test Server Root');
    return { root, server: await issue({ subject: 'CN=localhost', issuer: root, hosts: ['localhost', '127.0.0.1'] }) };
  })();
  return shared;
}

/** A real HTTPS server on 127.0.0.1 that answers as it is told; on a port of the system's choice unless given. */
export async function startTlsServer(
  answer: Answerer,
  options: ServerOptions = {},
  atPort: number = 0,
): Promise<TlsServer> {
  const { server: own } = await serverAuthority();
  const received: Received[] = [];
  const connections: Socket[] = [];
  const server = createServer({ cert: own.pem, key: own.keyPem, ...options }, (incoming, response) => {
    readWhole(incoming).then(
      (request) => {
        received.push(request);
        return answer(request, response);
      },
      () => undefined,
    );
  });
  server.on('connection', (socket: Socket) => {
    connections.push(socket);
    socket.on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(atPort, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    for (const socket of connections) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  return { url: `https://localhost:${port}/graphql`, port, received, connections, close, [Symbol.asyncDispose]: close };
}

async function readWhole(incoming: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { method = '', url = '', headers } = incoming;
  return { method, url, headers, body: Buffer.concat(chunks).toString(), client: clientOf(incoming) };
}

function clientOf({ socket }: IncomingMessage): string | undefined {
  const shown: Partial<PeerCertificate> = (socket as TLSSocket).getPeerCertificate();
  return shown.fingerprint256?.replaceAll(':', '').toLowerCase();
}

/** Answers every request alike. */
export function always(status: number, body: string, headers: Record<string, string> = {}): Answerer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };
}
