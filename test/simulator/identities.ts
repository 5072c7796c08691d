import { randomBytes, randomUUID } from 'node:crypto';
import type { Switches } from './switches.ts';

/** A one-time token; times are milliseconds since the epoch. */
export interface OneTimeToken {
  value: string;
  expiresAtMs: number;
  used: boolean;
}

/** A system auth of the Director, whose id is the client id of the certificate. */
export interface Identity {
  clientId: string;
  kind: 'runtime' | 'application';
  /** The Runtime's or the Application's id. */
  objectId: string;
  tenant: string;
  /** The only token there is: a new one overwrites it. */
  slot: OneTimeToken | undefined;
}

/** 64 random bytes in URL-safe base64 with padding: 88 characters. */
function randomToken(): string {
  return randomBytes(64).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** Who may pair, and their one-time tokens. */
export class Identities {
  readonly #identities = new Map<string, Identity>();
  readonly #switches: Switches;
  readonly #now: () => number;

  constructor(switches: Switches, now: () => number) {
    this.#switches = switches;
    this.#now = now;
  }

  create(kind: Identity['kind'], objectId: string, tenant: string): Identity {
    const identity: Identity = { clientId: randomUUID(), kind, objectId, tenant, slot: undefined };
    this.#identities.set(identity.clientId, identity);
    return identity;
  }

  find(clientId: string): Identity | undefined {
    return this.#identities.get(clientId);
  }

  of(objectId: string): Identity[] {
    return [...this.#identities.values()].filter((identity) => identity.objectId === objectId);
  }

  /** Makes certificates and tokens of a deleted Runtime or Application worthless. */
  deleteOf(objectId: string): void {
    for (const { clientId } of this.of(objectId)) this.#identities.delete(clientId);
  }

  /** Puts a fresh token into the identity's slot, over whatever was there. */
  mint(identity: Identity): OneTimeToken {
    const lifetimeSeconds =
      identity.kind === 'runtime'
        ? this.#switches.runtimeTokenLifetimeSeconds
        : this.#switches.applicationTokenLifetimeSeconds;
    identity.slot = { value: randomToken(), expiresAtMs: this.#now() + lifetimeSeconds * 1000, used: false };
    return identity.slot;
  }

  /** Marks the token used and says whose it was; undefined for a used, expired or unknown one, and while the database is down. */
  consume(token: string): Identity | undefined {
    if (this.#switches.tokenDatabaseDown) return undefined;
    for (const identity of this.#identities.values()) {
      const slot = identity.slot;
      if (slot?.value !== token || slot.used || slot.expiresAtMs <= this.#now()) continue;
      slot.used = true;
      return identity;
    }
    return undefined;
  }

  /** Ends the life of the outstanding tokens of a Runtime or Application now; says how many there were. */
  expireTokensOf(objectId: string): number {
    const outstanding = this.of(objectId).flatMap(({ slot }) => (slot === undefined || slot.used ? [] : [slot]));
    for (const slot of outstanding) slot.expiresAtMs = this.#now();
    return outstanding.length;
  }
}
