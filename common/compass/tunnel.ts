import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { ProxyRefused, ProxyUnreachable } from './connect-failure.ts';
import type { ConnectProxy } from './proxy.ts';

/**
 * A connection through an HTTP proxy by CONNECT (RFC 9110, section 9.3.6), over which TLS then runs from end to end.
 * Rejects with ProxyRefused or ProxyUnreachable, or the signal's reason.
 */
export function openTunnel(
  to: { host: string; port: number },
  proxy: ConnectProxy,
  signal: AbortSignal,
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const authority = `${isIP(to.host) === 6 ? `[${to.host}]` : to.host}:${to.port}`;
  const request = (proxy.secure ? httpsRequest : httpRequest)({
    method: 'CONNECT',
    host: proxy.host,
    port: proxy.port,
    path: authority,
    agent: false,
    signal,
    headers: {
      host: authority,
      ...(proxy.authorization ? { 'proxy-authorization': proxy.authorization.reveal() } : {}),
    },
  });
  request.once('connect', (answer, stream) => {
    const socket = stream as Socket;
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) return resolve(socket);
    socket.destroy();
    reject(new ProxyRefused(proxy.name, status));
  });
  request.once('error', (error) => reject(signal.aborted ? signal.reason : new ProxyUnreachable(proxy.name, error)));
  request.end();
  return promise;
}
