import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A real proxy for CONNECT (RFC 9110, section 9.3.6); all names lead to 127.0.0.1. */
export interface ConnectProxy extends AsyncDisposable {
  readonly port: number;
  /** Every CONNECT that came. */
  readonly asked: readonly IncomingMessage[];
  /** 200 lets everybody through; anything else refuses. */
  status: number;
  /** Everything that went through it, in either direction. */
  readonly seen: () => Buffer;
}

export async function startProxy({ status = 200 } = {}): Promise<ConnectProxy> {
  const asked: IncomingMessage[] = [];
  const sockets: Socket[] = [];
  const chunks: Buffer[] = [];
  const server = createServer();
  server.on('connection', (socket: Socket) => sockets.push(socket));
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    asked.push(request);
    client.on('error', () => undefined);
    if (proxy.status !== 200) {
      client.end(`HTTP/1.1 ${proxy.status} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const [, port] = /:(\d+)$/.exec(request.url ?? '') ?? [];
    const upstream = connect(Number(port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    for (const socket of [client, upstream]) socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    upstream.on('error', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = {
    port: (server.address() as AddressInfo).port,
    asked,
    status,
    seen: () => Buffer.concat(chunks),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
