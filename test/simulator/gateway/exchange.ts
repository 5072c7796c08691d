import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Compass, Target } from '../compass.ts';
import type { Identity } from '../identities.ts';
import type { LoggedRequest } from '../request-log.ts';
import { type GraphqlRequest, operationNames, readGraphqlRequest } from './graphql-request.ts';

/** The client certificate of a connection; TLS has verified it already. */
interface PeerCertificate {
  clientId: string;
  /** SHA-256 of the DER, lower-case hex. */
  fingerprint: string;
}

/** One request on its way through the gateway to a service. */
export interface Exchange {
  compass: Compass;
  target: Target;
  request: GraphqlRequest | undefined;
  logged: LoggedRequest;
  /** What the request presents, judged by nobody yet. */
  token: string | undefined;
  certificate: PeerCertificate | undefined;
  bearer: string | undefined;
  tenant: string | undefined;
  /** Whose token it was, once the gateway has consumed it. */
  tokenIdentity: Identity | undefined;
}

function header(incoming: IncomingMessage, name: string): string | undefined {
  const value = incoming.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function presentedToken(incoming: IncomingMessage): string | undefined {
  const query = new URL(incoming.url ?? '/', 'https://localhost').searchParams.get('token');
  return header(incoming, 'connector-token') ?? query ?? undefined;
}

function presentedCertificate(incoming: IncomingMessage): PeerCertificate | undefined {
  if (!(incoming.socket instanceof TLSSocket)) return undefined;
  const peer = incoming.socket.getPeerX509Certificate();
  if (peer === undefined) return undefined;
  const commonName: unknown = peer.toLegacyObject().subject?.CN;
  return {
    clientId: typeof commonName === 'string' ? commonName : '',
    fingerprint: peer.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16);
}

/** Reads everything that a request presents, and opens its entry in the log. */
export function openExchange(compass: Compass, target: Target, incoming: IncomingMessage, body: string): Exchange {
  const token = presentedToken(incoming);
  const certificate = presentedCertificate(incoming);
  const bearer = header(incoming, 'authorization')?.match(/^Bearer (.+)$/i)?.[1];
  const tenant = header(incoming, 'tenant');
  const request = readGraphqlRequest(body);
  const logged = compass.requests.begin(target);
  Object.assign(logged, operationNames(request));
  logged.tokenHash = token === undefined ? null : hashOf(token);
  logged.certificateFingerprint = certificate?.fingerprint ?? null;
  logged.identity = certificate?.clientId ?? null;
  logged.tenant = tenant ?? null;
  logged.requestId = header(incoming, 'x-request-id') ?? null;
  return { compass, target, request, logged, token, certificate, bearer, tenant, tokenIdentity: undefined };
}
