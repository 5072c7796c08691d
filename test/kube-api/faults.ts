import type { JsonObject } from './json.ts';
import type { Target } from './request.ts';

/** Which requests a fault hits; what is left out matches everything. */
export type FaultMatch = {
  /** get, list, watch, create, update, patch, delete, deletecollection */
  verb?: string;
  group?: string;
  /** plural, or plural/subresource */
  resource?: string;
  namespace?: string;
  name?: string;
  /** Only requests of this user (a user's or ServiceAccount's full name). */
  user?: string;
};

/** What happens to a request that is hit. */
export type FaultEffect =
  | { kind: 'status'; code: number; reason?: string; message?: string; retryAfterSeconds?: number }
  | { kind: 'delay'; ms: number }
  /** Cuts the connection; `after` means the write is done but the answer never comes. */
  | { kind: 'cut'; when: 'before' | 'after' }
  /** The watch is answered, and ends after so many events with an ERROR (410) or by a cut connection. */
  | { kind: 'endWatch'; afterEvents: number; how: 'gone' | 'cut' | 'end' }
  /** The watch is answered, and tells of no change; with `bookmarks` it goes on as if it had. */
  | { kind: 'deafWatch'; bookmarks: boolean }
  /** Reads answer the state so many revisions ago, as a lagging replica does. */
  | { kind: 'stale'; revisions: number }
  /** An admission webhook refuses. */
  | { kind: 'deny'; webhook: string; message: string; code?: number }
  /** An admission webhook changes the object by a merge patch. */
  | { kind: 'mutate'; patch: JsonObject };

/** A fault: whom it hits, what it does, and how often (once unless told). */
export type Fault = FaultMatch & { effect: FaultEffect; times?: number; skip?: number };

type Active = { fault: Fault; left: number; toSkip: number };

/** The faults that are switched on. */
export class Faults {
  #active: Active[] = [];

  /** Switches a fault on; the returned function switches it off. */
  add(fault: Fault): () => void {
    const active = { fault, left: fault.times ?? 1, toSkip: fault.skip ?? 0 };
    this.#active.push(active);
    return () => {
      this.#active = this.#active.filter((other) => other !== active);
    };
  }

  clear(): void {
    this.#active = [];
  }

  /** The faults that are switched on, with the number of requests they still hit. */
  list(): Fault[] {
    return this.#active.map(({ fault, left }) => ({ ...fault, times: left }));
  }

  /** The effects for a request; each one taken counts. */
  take(target: Target, user: string): FaultEffect[] {
    const effects: FaultEffect[] = [];
    for (const active of this.#active) {
      if (active.left <= 0 || !matches(active.fault, target, user)) continue;
      if (active.toSkip > 0) active.toSkip -= 1;
      else {
        active.left -= 1;
        effects.push(active.fault.effect);
      }
    }
    this.#active = this.#active.filter(({ left }) => left > 0);
    return effects;
  }
}

function matches(fault: FaultMatch, target: Target, user: string): boolean {
  const resource = target.subresource === undefined ? target.plural : `${target.plural}/${target.subresource}`;
  const pairs: [string | undefined, string | undefined][] = [
    [fault.verb, target.verb],
    [fault.group, target.group],
    [fault.resource, resource],
    [fault.namespace, target.namespace],
    [fault.name, target.name],
    [fault.user, user],
  ];
  return pairs.every(([wanted, actual]) => wanted === undefined || wanted === actual);
}
