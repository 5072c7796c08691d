import { type CompassError, hasReason } from '#common/errors.ts';
import type { StoredCredential } from '#common/pki/certificate.ts';
import type { Schedule } from '../schedule.ts';
import { Aside, renewableFrom } from './aside.ts';
import type { ConnectionInput, Outcome } from './connection-result.ts';
import type { ConnectionContext } from './context.ts';
import { installPair } from './install-pair.ts';
import { type Connection, fetchUrls, refusalOfDirector, renew } from './maintain.ts';
import { renewalDeadline } from './renewal-deadline.ts';
import { freshState, isSameUrls } from './state.ts';
import { asStoreForbidden } from './store-forbidden.ts';
import { withTokenHint } from './token-required.ts';
import { UpkeepPace } from './upkeep-pace.ts';

/** Looks after a credential: asks the Connector where Compass is now, renews in time, and learns when Compass refuses it. */
export class Upkeep {
  readonly #pace: UpkeepPace;
  readonly #context: ConnectionContext;
  #rejected: { readonly fingerprint: string; readonly error: CompassError } | undefined;
  #error: unknown;
  readonly #aside = new Aside();
  /** Any other is asked about before it is believed. */
  #proven: string | undefined;

  constructor(context: ConnectionContext, random: () => number) {
    this.#context = context;
    this.#pace = new UpkeepPace(context.clock, random, context.config);
  }

  get schedule(): Schedule {
    return this.#pace.schedule;
  }

  /** The refusal, where Connector and Director refuse this credential. */
  rejectionOf(fingerprint: string | undefined): CompassError | undefined {
    return fingerprint !== undefined && this.#rejected?.fingerprint === fingerprint ? this.#rejected.error : undefined;
  }

  /** The credential that Compass accepted last, by fingerprint. */
  get proven(): string | undefined {
    return this.#proven;
  }

  /** By its own dates, or by those of a CA in its chain that ends before it: then it is of no use any more either. */
  renewAt(credential: StoredCredential): number {
    const { renewalThreshold: threshold, renewalJitter: jitter, minimalSyncMs } = this.#context.config;
    const life = { ...credential, notAfter: credential.chainNotAfter };
    return renewalDeadline(life, { threshold, jitter, minimalSyncMs });
  }

  isRenewalDue(input: ConnectionInput, present: Connection): boolean {
    const journal = this.#aside.contextFor(this.#context, present.credential).journal.value;
    const isHalfDone = journal?.purpose === 'renew' && journal.phase === 'issued';
    const isAsked = input.isRenewalAskedFor && this.#pace.restInMs === 0;
    return isAsked || isHalfDone || this.#isOld(present.credential);
  }

  #isOld(credential: StoredCredential): boolean {
    return this.#context.compassTime.now() >= this.renewAt(credential);
  }

  /** In how many ms a renewal may come while a pairing waits; 0 where one may. */
  renewableInMs({ credential }: Connection): number {
    const { journal, compassTime } = this.#context;
    const dates = { renewAt: this.renewAt(credential), notAfter: credential.notAfter };
    return Math.max(0, renewableFrom(journal.value, credential, dates) - compassTime.now());
  }

  /** In how many ms a renewal comes that is asked for, and waits for its turn; Infinity where none does. */
  askedInMs({ isRenewalAskedFor }: ConnectionInput): number {
    const { restInMs } = this.#pace;
    return isRenewalAskedFor && restInMs > 0 ? restInMs : Number.POSITIVE_INFINITY;
  }

  /** Renews or asks after changed URLs; when both are not due, repeats what was found last. */
  async run(input: ConnectionInput, present: Connection): Promise<Outcome> {
    const isRenewal = this.isRenewalDue(input, present);
    const isNew = present.credential.fingerprint !== this.#proven;
    if (!this.#pace.isDue({ isRenewal, isNew, isSuspect: input.isSuspect })) {
      return { connection: present, step: 'maintain', attempted: false, error: this.#error };
    }
    try {
      const connection = isRenewal ? await this.#renew(present) : await this.#askForUrls(present);
      this.accept(connection);
      if (isRenewal) this.#pace.renewed();
      return { connection, step: 'maintain', attempted: true, ...(isRenewal ? { did: 'renewed' } : {}) };
    } catch (caught) {
      const error = asStoreForbidden(caught);
      this.#pace.fail(error, present.credential.notAfter - this.#context.compassTime.now());
      this.#error = error;
      return this.#judge(error, present);
    }
  }

  /** What is known of a credential that was given up says nothing about the next. */
  forget(): void {
    this.#rejected = undefined;
    this.#proven = undefined;
    this.schedule.succeed(0);
  }

  /** Compass accepts this credential. */
  accept(connection: Connection): void {
    this.#rejected = undefined;
    this.#proven = connection.credential.fingerprint;
    this.#error = undefined;
    if (this.#isOld(connection.credential)) this.#pace.rest();
    else this.#pace.succeed();
  }

  /**
   * Asks the Director whether it refuses this credential, and remembers that it does. For while a token waits to be used: a
   * call of the Connector could spend it, since it has one slot for tokens.
   */
  async examine(present: Connection): Promise<CompassError | undefined> {
    const error = await refusalOfDirector(this.#context, present);
    if (error) this.#rejected = { fingerprint: present.credential.fingerprint, error };
    return error;
  }

  async #judge(error: unknown, present: Connection): Promise<Outcome> {
    const isRefused =
      (hasReason(error, 'CertificateExpired') && !this.#isOurClockWrong(present)) ||
      (hasReason(error, 'Rejected') && (await refusalOfDirector(this.#context, present)) !== undefined);
    if (!isRefused) return { connection: present, step: 'maintain', attempted: true, error };
    this.#rejected = { fingerprint: present.credential.fingerprint, error };
    return { connection: undefined, step: 'establish', attempted: true, error: withTokenHint(error), isRefusal: true };
  }

  /** A connection that is merely reset is taken for an expired certificate by our own clock, which Compass does not share. */
  #isOurClockWrong({ credential: { notAfter } }: Connection): boolean {
    const { clock, compassTime } = this.#context;
    return notAfter <= clock.now() && notAfter > compassTime.now();
  }

  async #renew(present: Connection): Promise<Connection> {
    await this.#context.journal.load();
    const context = this.#aside.contextFor(this.#context, present.credential);
    const journal = await renew(context, present);
    const { trustAnchorUrl } = present;
    const renewAt = (credential: StoredCredential) => this.renewAt(credential);
    return installPair(context, { journal, identity: present, trustAnchorUrl, serving: present, renewAt });
  }

  async #askForUrls(present: Connection): Promise<Connection> {
    const urls = await fetchUrls(this.#context, present);
    const state = (await this.#context.state.load()) ?? freshState();
    const { runtimeId, tenant } = present;
    if (!isSameUrls(urls, state.urls) || state.runtimeId !== runtimeId || state.tenant !== tenant) {
      await this.#context.state.write({ ...state, urls, runtimeId, ...(tenant === undefined ? {} : { tenant }) });
    }
    return { ...present, urls };
  }
}
