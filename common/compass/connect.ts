import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import { ServerUntrusted } from './connect-failure.ts';
import type { ConnectProxy } from './proxy.ts';
import { openTunnel } from './tunnel.ts';

/** Where a connection leads, and what is presented and asked for there. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly proxy?: ConnectProxy | undefined;
  readonly lookup?: LookupFunction | undefined;
  readonly secureContext: SecureContext;
  readonly verify: boolean;
}

/** How long one address of several may take before the next is tried as well (RFC 8305, section 5). */
const NEXT_ADDRESS_MS = 2_500;

/**
 * A connection whose TLS handshake is done and whose server is verified, or an error; at an abort the signal's reason. The request is handed to nothing less:
 * whatever fails in here has certainly not sent a token.
 */
export async function connect(to: Destination, signal: AbortSignal): Promise<TLSSocket> {
  const transport = to.proxy ? await openTunnel(to, to.proxy, signal) : await openTcp(to, signal);
  return handshake(to, transport, signal);
}

function openTcp({ host, port, lookup }: Destination, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const fail = (error: Error) => reject(signal.aborted ? signal.reason : error);
  const socket = connectTcp({
    host,
    port,
    signal,
    noDelay: true,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    ...(lookup ? { lookup } : {}),
  });
  socket.on('error', fail);
  socket.once('connect', () => {
    socket.off('error', fail);
    resolve(socket);
  });
  return promise;
}

function handshake(to: Destination, transport: Socket, signal: AbortSignal): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const socket = connectTls({
    socket: transport,
    host: to.host,
    // RFC 6066, section 3: an address is no server name.
    servername: isIP(to.host) === 0 ? to.host : '',
    secureContext: to.secureContext,
    rejectUnauthorized: to.verify,
    ALPNProtocols: ['http/1.1'],
  });
  let issuer: string | undefined;
  // Ahead of Node's own judgement, which drops the connection: afterwards the certificate cannot be read any more.
  socket.prependOnceListener('secure', () => {
    issuer = describeIssuer(socket);
  });
  const fail = (error: NodeJS.ErrnoException) => {
    transport.destroy();
    if (signal.aborted) reject(signal.reason);
    else reject(issuer !== undefined && isVerdict(error) ? new ServerUntrusted(error, issuer) : error);
  };
  const abort = () => socket.destroy(signal.reason);
  // Every error, not the first alone: one that is given up fails by that, and again since its transport is gone.
  socket.on('error', fail);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  socket.once('secureConnect', () => {
    signal.removeEventListener('abort', abort);
    socket.off('error', fail);
    resolve(socket);
  });
  return promise;
}

/** A judgement on a certificate has a code of OpenSSL's X509_V_ERR family, or Node's for the host's name; all else is E… */
function isVerdict({ code }: NodeJS.ErrnoException): boolean {
  return code !== undefined && (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || !/^E(RR_|[A-Z]+$)/.test(code));
}

/** The issuer of the server's certificate by its common name and organization. */
export function describeIssuer(socket: TLSSocket): string {
  const { issuer } = socket.getPeerCertificate();
  const names = [issuer?.CN, issuer?.O].filter((name) => name !== undefined).flat();
  return names.length === 0 ? 'an unnamed issuer' : names.join(', ');
}
