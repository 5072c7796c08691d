import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on loopback between a program and a server, for whatever can happen to a connection. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** How many connections were opened so far. */
  readonly accepted: number;
  /** From now on: `pass` all on; `hold` all back without a word, as a half-open connection does; `refuse` new connections. */
  mode: 'pass' | 'hold' | 'refuse';
  /** Milliseconds that each piece waits, in either direction. */
  delayMs: number;
  /** After so many bytes from the server a connection is reset; undefined for never. */
  resetAfterBytes: number | undefined;
  /** Resets all connections that are open now. */
  cut(): void;
}

/** Starts one in front of `127.0.0.1:<port>`. TLS goes through as it is. */
export async function startTcpProxy(port: number): Promise<TcpProxy> {
  const open = new Set<Socket>();
  const server = createServer();
  const proxy: { -readonly [K in keyof TcpProxy]: TcpProxy[K] } = {
    port: 0,
    accepted: 0,
    mode: 'pass',
    delayMs: 0,
    resetAfterBytes: undefined,
    cut() {
      for (const socket of open) socket.resetAndDestroy();
    },
    async [Symbol.asyncDispose]() {
      proxy.cut();
      server.close();
      if (server.listening) await once(server, 'close');
    },
  };
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
  };
  const forward = (from: Socket, to: Socket, count: (bytes: number) => boolean) => {
    from.on('data', (chunk: Buffer) => {
      if (proxy.mode === 'hold') return;
      if (count(chunk.length)) {
        from.resetAndDestroy();
        to.resetAndDestroy();
        return;
      }
      if (proxy.delayMs === 0) to.write(chunk);
      else setTimeout(() => to.writable && to.write(chunk), proxy.delayMs);
    });
    // What is held back must not be told by its end either.
    from.on('end', () => proxy.mode !== 'hold' && to.end());
    from.on('close', () => proxy.mode !== 'hold' && to.destroy());
  };
  server.on('connection', (client) => {
    proxy.accepted += 1;
    if (proxy.mode === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(port, '127.0.0.1');
    keep(client);
    keep(upstream);
    let received = 0;
    forward(client, upstream, () => false);
    forward(upstream, client, (bytes) => {
      received += bytes;
      return proxy.resetAfterBytes !== undefined && received > proxy.resetAfterBytes;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.port = (server.address() as AddressInfo).port;
  return proxy;
}
