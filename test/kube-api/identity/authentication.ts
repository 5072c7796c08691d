import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { ApiError } from '../status.ts';
import { anonymous, type Identity } from './identity.ts';

type Token = { identity: Identity; expiresAtMs: number };

/** Tells who a request comes from: a bearer token it knows, or a client certificate of its CA. */
export class Authentication {
  readonly #tokens = new Map<string, Token>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** A new opaque token for an identity, or the given one. */
  issue(
    identity: Identity,
    lifetimeMs = Number.POSITIVE_INFINITY,
    token = randomBytes(24).toString('base64url'),
  ): string {
    this.#tokens.set(token, { identity, expiresAtMs: this.#now().getTime() + lifetimeMs });
    return token;
  }

  /** Makes a token worthless: requests with it get 401. */
  revoke(token: string): void {
    this.#tokens.delete(token);
  }

  /** Throws 401 for a token it does not know; without any proof the identity is anonymous. */
  identify(request: IncomingMessage): Identity {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    if (scheme?.toLowerCase() === 'bearer' && token) return this.ofToken(token);
    const socket = request.socket as TLSSocket;
    if (!socket.authorized) return anonymous;
    const { subject } = socket.getPeerCertificate();
    const organizations = subject?.O === undefined ? [] : [subject.O].flat();
    return { name: String(subject?.CN ?? ''), groups: [...organizations, 'system:authenticated'] };
  }

  ofToken(token: string): Identity {
    const found = this.#tokens.get(token);
    if (found === undefined || found.expiresAtMs < this.#now().getTime()) {
      throw new ApiError(401, 'Unauthorized', 'Unauthorized');
    }
    return found.identity;
  }
}
