import { constants } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

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
  serve(incoming: IncomingMessage, response: ServerResponse): Promise<void>;
}

function secureContext({ cert, key, clientCa }: ListenerCredential) {
  const trust = clientCa === undefined ? {} : { ca: clientCa };
  // A resumed TLS session would skip the check of the client certificate, expired or not: no tickets.
  return { cert, key, ...trust, minVersion: 'TLSv1.2' as const, secureOptions: constants.SSL_OP_NO_TICKET };
}

/** Starts an HTTPS listener. With `clientCa`, a client without a certificate, or with one that is expired or of another CA, fails in the TLS handshake. */
export async function listen({ host, port, credential, serve }: ListenerOptions): Promise<Listener> {
  const isMutual = credential.clientCa !== undefined;
  const server = createServer(
    { ...secureContext(credential), requestCert: isMutual, rejectUnauthorized: isMutual },
    (incoming, response) => {
      serve(incoming, response).catch(() => response.destroy());
    },
  );
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    show: (shown) => server.setSecureContext(secureContext(shown)),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
