import type { Applied } from './apply.ts';
import type { Desired } from './desired.ts';
import { type Change, type FailedApplication, MOST_CHANGES } from './outcome.ts';
import type { Problem } from './problem.ts';

/** Counts what happens in a round. A listing that is begun anew counts its Applications anew, but not what was written. */
export class Tally {
  readonly created = new Set<string>();
  readonly updated = new Set<string>();
  readonly deleted = new Set<string>();
  deletedSecrets = 0;
  /** Requests that were sent to write something. */
  writes = 0;
  readonly #now: () => number;
  readonly #changes: Change[] = [];
  #failed = new Map<string, FailedApplication>();
  #nameless: FailedApplication[] = [];
  #withProblem = new Set<string>();
  /** Names of the Applications that are as they are listed, but for what `failed` says; whether each is plain, see isPlain. */
  #settled = new Map<string, boolean>();
  /** Ids by the names of the Secrets that Applications refer to. */
  readonly wanted = new Map<string, string>();

  constructor(now: () => number) {
    this.#now = now;
  }

  beginListing(): void {
    this.#failed = new Map();
    this.#nameless = [];
    this.#withProblem = new Set();
    this.#settled = new Map();
    this.wanted.clear();
  }

  fail({ id, name }: { readonly id: string | undefined; readonly name: string | undefined }, problem: Problem): void {
    const failure = { id: id ?? '', name: name ?? '', reason: problem.reason, message: problem.message };
    if (id === undefined) this.#nameless.push(failure);
    else this.#failed.set(id, failure);
  }

  get failed(): readonly FailedApplication[] {
    return [...this.#failed.values(), ...this.#nameless];
  }

  /** Those of the settled ones that have nothing to be said about them. */
  get inSync(): number {
    return this.settledCount - this.#withProblem.size;
  }

  /** How many are as they are listed, but for what `failed` says. */
  get settledCount(): number {
    return this.#settled.size;
  }

  isSettled(name: string): boolean {
    return this.#settled.has(name);
  }

  /** Whether it is settled, ours, listed by its name, and not on its way out: then there is no need to look at it. */
  isPlain(name: string): boolean {
    return this.#settled.get(name) === true;
  }

  /** It was found to be as it was before, when it was plain. */
  takeAsBefore(name: string): void {
    this.#settled.set(name, true);
  }

  /** It is written as it is listed; `from` are the names that it had before. */
  settle({ id, problem }: Desired, { record, action, secrets }: Applied, cause: string, from: readonly string[]): void {
    this.#settled.set(record.name, record.ownership === 'ours' && !record.isTerminating);
    if (problem) {
      this.fail({ id, name: record.name }, problem);
      this.#withProblem.add(record.name);
    }
    for (const secret of secrets) {
      this.change('Secret', secret.name, secret.action, `of Application ${record.name}`, record.name);
    }
    if (action === 'unchanged') return;
    const isNew = action === 'created' && from.length === 0;
    if (isNew) this.created.add(record.name);
    else if (!this.created.has(record.name)) this.updated.add(record.name);
    this.change('Application', record.name, from.length > 0 ? 'renamed' : action, cause);
  }

  /** False where the Secret is another Application's. */
  claim(secretName: string, id: string): boolean {
    const by = this.wanted.get(secretName) ?? id;
    this.wanted.set(secretName, by);
    return by === id;
  }

  change(kind: Change['kind'], name: string, action: Change['action'], cause: string, application?: string): void {
    if (action === 'deleted' && kind === 'Application') this.deleted.add(name);
    else if (action === 'deleted') this.deletedSecrets += 1;
    const of = application === undefined ? {} : { application };
    this.#changes.push({ time: this.#now(), kind, name, action, cause, ...of });
    if (this.#changes.length > 2 * MOST_CHANGES) this.#changes.splice(0, MOST_CHANGES);
  }

  get changes(): readonly Change[] {
    return this.#changes.slice(-MOST_CHANGES);
  }
}
