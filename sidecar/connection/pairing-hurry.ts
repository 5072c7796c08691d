import type { Clock } from '#common/clock.ts';
import { CompassError } from '#common/errors.ts';
import type { Schedule } from '../schedule.ts';
import type { ConnectionInput } from './connection-result.ts';

/** A token has twenty tries: who changes things without end must not use them up in no time. */
const LEAST_MS = 10_000;

/** More tokens than anybody takes turns with. */
const MOST_TOKENS = 100;

interface Seen {
  readonly token: string;
  /** The other values of the configuration; undefined where it cannot be used. */
  readonly values: string | undefined;
  readonly isAskedFor: boolean;
}

/**
 * What makes a pairing that waits for its next try go on at once: a token that was not there before, a configuration that was
 * corrected, and somebody who asks for it; every ten seconds at most for one token.
 */
export class PairingHurry {
  readonly #clock: Clock;
  readonly #schedule: Schedule;
  /** By hash, when a token was last hurried, on the monotonic clock. */
  readonly #hurriedAtMs = new Map<string, number>();
  #seen: Seen | undefined;
  /** The present token, while it is to be hurried as soon as it may be. */
  #waiting: string | undefined;

  constructor(clock: Clock, schedule: Schedule) {
    this.#clock = clock;
    this.#schedule = schedule;
  }

  take(input: ConnectionInput): void {
    const before = this.#seen;
    const now = seenIn(input);
    this.#seen = now;
    // What is damaged is not tried, and hurries nothing: a pairing due by it would be tried as soon as that is over.
    if (now.values === undefined) this.#waiting = undefined;
    else if (before === undefined) this.#note(now.token);
    else if (isReason(before, now)) this.#waiting = now.token;
    if (this.dueInMs === 0) this.#hurry(now.token);
  }

  #hurry(token: string): void {
    const isNew = !this.#hurriedAtMs.has(token);
    this.#note(token);
    this.#waiting = undefined;
    if (isNew) this.#schedule.hurry();
    else this.#schedule.bringForward();
  }

  /** In how many ms a token is hurried that waits for that; Infinity where none does. */
  get dueInMs(): number {
    if (this.#waiting === undefined) return Number.POSITIVE_INFINITY;
    const atMs = this.#hurriedAtMs.get(this.#waiting) ?? Number.NEGATIVE_INFINITY;
    return Math.max(0, atMs + LEAST_MS - this.#clock.monotonicMs());
  }

  #note(token: string): void {
    this.#hurriedAtMs.delete(token);
    this.#hurriedAtMs.set(token, this.#clock.monotonicMs());
    const [oldest] = this.#hurriedAtMs.keys();
    if (oldest !== undefined && this.#hurriedAtMs.size > MOST_TOKENS) this.#hurriedAtMs.delete(oldest);
  }
}

function isReason(before: Seen, now: Seen): boolean {
  return now.token !== before.token || now.values !== before.values || (now.isAskedFor && !before.isAskedFor);
}

/** The query of CONNECTOR_URL changes nothing about who answers. */
function seenIn({ configuration, isReconnectAskedFor: isAskedFor }: ConnectionInput): Seen {
  if (configuration instanceof CompassError) return { token: '', values: undefined, isAskedFor };
  const { connectorUrl, runtimeId, tenant, token } = configuration;
  const [way] = connectorUrl.split('?');
  return { token: token?.hash ?? '', values: JSON.stringify([way, runtimeId, tenant]), isAskedFor };
}
