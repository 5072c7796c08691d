import { constants } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';

/** What a listener shows and trusts; PEM. Without `clientCa` it asks for no client certificate. */
export interface ListenerCredential {
  cert: string;
  key: string;
  clientCa?: string[];
}

export interface Listener {
  port: number;
  /** Takes effect for connections to come. */
  show(credential: ListenerCredential): void;
  close(): Promise<void>;
}

export interface ListenerOptions {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  credential: ListenerCredential;
  /** The TLS alert that new connections get in place of a handshake, null for none. */
  alert(): number | null;
  serve(incoming: IncomingMessage, response: ServerResponse): Promise<void>;
}

function secureContext({ cert, key, clientCa }: ListenerCredential) {
  const trust = clientCa === undefined ? {} : { ca: clientCa };
  // A resumed TLS session would skip the check of the client certificate, expired or not: no tickets.
  return { cert, key, ...trust, minVersion: 'TLSv1.2' as const, secureOptions: constants.SSL_OP_NO_TICKET };
}

/** Answers the client's hello with a fatal alert (RFC 8446, section 6) in place of a handshake. */
function sendAlert(socket: Socket, code: number): void {
  socket.once('data', () => socket.end(Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, code])));
}

/** Starts an HTTPS listener. With `clientCa`, a client without a certificate, or with one that is expired or of another CA, fails in the TLS handshake. */
export async function listen({ host, port, credential, alert, serve }: ListenerOptions): Promise<Listener> {
  const isMutual = credential.clientCa !== undefined;
  const server = createServer(
    { ...secureContext(credential), requestCert: isMutual, rejectUnauthorized: isMutual },
    (incoming, response) => {
      serve(incoming, response).catch(() => response.destroy());
    },
  );
  const sockets = new Set<Socket>();
  // A TCP server of its own in front, which knows the connections that have not come to TLS yet, and can send alerts.
  const front = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    const code = alert();
    if (code === null) server.emit('connection', socket);
    else sendAlert(socket, code);
  });
  front.listen(port, host);
  await once(front, 'listening');
  return {
    port: (front.address() as AddressInfo).port,
    show: (shown) => server.setSecureContext(secureContext(shown)),
    close: async () => {
      const closed = once(front, 'close');
      front.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
