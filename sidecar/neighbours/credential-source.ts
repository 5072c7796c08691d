import type { Clock } from '#common/clock.ts';
import type { Secret } from '#common/cluster/objects.ts';
import { messageOf } from '#common/errors.ts';
import type { Log } from '#common/log.ts';
import type { NamespacedName } from '../config.ts';
import { type CredentialSet, readSet } from './credential-set.ts';

export interface CredentialSourceOptions {
  readonly secret: NamespacedName;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the client Secret said last that made sense: where it vanishes or is damaged, what was there goes on to serve. */
export class CredentialSource {
  readonly #options: CredentialSourceOptions;
  /** Which Secret, for messages. */
  readonly place: string;
  #current: CredentialSet | undefined;
  #problem: string | undefined;
  #flaw: string | undefined;

  constructor(options: CredentialSourceOptions) {
    this.#options = options;
    this.place = `secret ${options.secret.namespace}/${options.secret.name}`;
    this.#problem = `${this.place} was not read yet`;
  }

  /** The last good set. */
  get current(): CredentialSet | undefined {
    return this.#current;
  }

  /** Why the Secret gives nothing new; undefined where `current` is what it holds. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** The Secret as it is now; undefined where there is none. */
  take(secret: Secret | undefined): void {
    const judged = this.#judge(secret);
    if (typeof judged === 'string') this.#keep(judged);
    else this.#adopt(judged);
  }

  /** What it holds, or why that is of no use. */
  #judge(secret: Secret | undefined): CredentialSet | string {
    if (!secret) return `${this.place} does not exist`;
    try {
      const set = readSet(secret);
      const now = this.#options.clock.now();
      const isStale = set.credential.notAfter <= now && (this.#current?.credential.notAfter ?? 0) > now;
      return isStale ? `${this.place}: its certificate has expired, and the one before has not` : set;
    } catch (error) {
      return `${this.place}: ${messageOf(error)}`;
    }
  }

  /** The Secret cannot be read, for whatever reason: what is known of it stays true for now. */
  fail(error: unknown): void {
    if (this.#current === undefined) this.#keep(`${this.place} cannot be read: ${messageOf(error)}`);
  }

  #adopt(set: CredentialSet): void {
    const { log } = this.#options;
    if (this.#problem !== undefined && this.#current !== undefined)
      log.info('the client secret is in order again', { secret: this.place });
    this.#problem = undefined;
    this.#current = set;
    if (set.flaw !== this.#flaw && set.flaw !== undefined)
      log.warn('the client secret does not say where Compass is: URLs, tenant and Runtime are unknown to neighbours', {
        secret: this.place,
        error: `annotation ${set.flaw}`,
      });
    this.#flaw = set.flaw;
  }

  #keep(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    const kept =
      this.#current === undefined ? 'there are no credentials for neighbours yet' : 'the last good ones are kept';
    this.#options.log.warn(`the client secret cannot be used; ${kept}`, { error: problem });
  }
}
