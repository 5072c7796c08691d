import type { Target } from '../compass.ts';
import { type Fault, type Stage, stageOf } from './fault.ts';

export interface SwitchedFault extends Fault {
  id: string;
  /** How many requests have matched so far, those let pass included. */
  matched: number;
}

interface Named {
  target: Target;
  operation: string | null;
  rootFields: string[];
}

function matches(fault: Fault, request: Named): boolean {
  if (fault.target !== undefined && fault.target !== request.target) return false;
  if (fault.operation === undefined) return true;
  return fault.operation === request.operation || request.rootFields.includes(fault.operation);
}

/** The faults that are switched on, in the order in which they were. */
export class Faults {
  #faults: SwitchedFault[] = [];
  #count = 0;

  /** Switches a fault on; returns its id. */
  add(fault: Fault): string {
    this.#count += 1;
    const id = `fault-${this.#count}`;
    this.#faults.push({ ...fault, id, matched: 0 });
    return id;
  }

  list(): readonly SwitchedFault[] {
    return this.#faults;
  }

  /** Returns false where there was none. */
  remove(id: string): boolean {
    const before = this.#faults.length;
    this.#faults = this.#faults.filter((fault) => fault.id !== id);
    return this.#faults.length < before;
  }

  clear(): void {
    this.#faults = [];
  }

  /** The faults that strike this request at this moment; counts the request for each that matches. */
  strike(stage: Stage, request: Named): SwitchedFault[] {
    const candidates = this.#faults.filter((fault) => stageOf(fault) === stage && matches(fault, request));
    return candidates.filter((fault) => {
      fault.matched += 1;
      const turn = fault.matched - (fault.skip ?? 0);
      return turn >= 1 && turn <= (fault.times ?? Number.POSITIVE_INFINITY);
    });
  }
}
