import { CompassError, hasReason, messageOf } from '#common/errors.ts';
import { errorFields } from '#common/log.ts';
import { readStored, type StoredCredential } from '#common/pki/certificate.ts';
import { Schedule } from '../schedule.ts';
import type { Warning } from '../status/observation.ts';
import type { ConnectionContext } from './context.ts';
import { readPair } from './credential-store.ts';
import type { Connection } from './maintain.ts';
import { revokeOne } from './revoke.ts';
import { freshState, type StoredState, type SupersededPair } from './state.ts';

/** Readers of the client Secret need a moment to take the new pair up. */
const GRACE_MS = 5 * 60_000;

/** Compass that takes no revocation for so long takes none: the certificate ends by its own date. */
const LONGEST_TRYING_MS = 24 * 3_600_000;

/** Who pairs again and again within minutes loses the oldest: a Secret does not hold any number of them. */
const MOST = 5;

/**
 * Keeps the pair in the client Secret, before another takes its place, where it is of another identity: that one goes on
 * to be accepted by Compass until somebody revokes it, which takes its key. Durable when it resolves.
 */
export async function keepSuperseded(context: ConnectionContext, next: Connection): Promise<void> {
  const present = await readPresent(context);
  const state = (await context.state.load()) ?? freshState();
  const { urls, runtimeId } = state;
  if (!present || !urls || present.commonName === next.credential.commonName) return;
  const { certificateChain, key, fingerprint } = present;
  const others = (state.superseded ?? []).filter((known) => known.fingerprint !== fingerprint);
  const pair: SupersededPair = {
    certificateChain,
    key,
    fingerprint,
    connectorUrl: urls.connector,
    directorUrl: urls.director,
    runtimeId: runtimeId ?? next.runtimeId,
    since: context.clock.now(),
  };
  await context.state.write({ ...state, superseded: [...others, pair].slice(-MOST) });
}

/** Undefined where there is none that Compass could still accept. */
async function readPresent({ cluster, config, compassTime }: ConnectionContext): Promise<StoredCredential | undefined> {
  try {
    const pair = await readPair(cluster, config);
    return pair && readStored(pair, compassTime.now());
  } catch (error) {
    if (hasReason(error, 'CertificateExpired', 'InvalidCredential')) return undefined;
    throw error;
  }
}

/** Revokes the certificates of identities that were given up for a new one, some minutes after; best effort. */
export class Superseded {
  readonly #context: ConnectionContext;
  readonly #schedule: Schedule;
  #error: CompassError | undefined;

  constructor(context: ConnectionContext, random: () => number) {
    this.#context = context;
    this.#schedule = new Schedule(context.clock, random);
  }

  /** In how many ms there is something to revoke; Infinity where there is nothing. */
  get dueInMs(): number {
    const dueAt = Math.min(...this.#waiting.map(({ since }) => since + GRACE_MS));
    return Math.max(0, dueAt - this.#context.clock.now(), this.#schedule.dueInMs);
  }

  /** Certificates that are still accepted although they should not be. */
  get warnings(): readonly Warning[] {
    if (!this.#error || this.#waiting.length === 0) return [];
    const message = `the certificate of the identity before could not be revoked yet, and is tried again: ${this.#error.message}`;
    return [{ type: 'OldCertificateValid', message }];
  }

  /** `inUse` is never revoked: a crash before the swap leaves the old pair in its place. Throws only what the cluster throws. */
  async run(inUse: StoredCredential | undefined): Promise<void> {
    const { clock } = this.#context;
    const [due] = this.#waiting.filter(({ since }) => clock.now() - since >= GRACE_MS);
    const isGivenUp = this.#context.state.value?.disconnected !== undefined;
    if (!due || !this.#schedule.isDue || this.#isSwapUnderWay || !(inUse || isGivenUp)) return;
    if (due.fingerprint === inUse?.fingerprint) return this.#forget(due);
    try {
      const outcome = await this.#revoke(due);
      this.#context.log.info('the identity before is given up', { outcome });
      this.#succeeded();
      await this.#forget(due);
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      await this.#failed(due, error);
    }
  }

  async #revoke(pair: SupersededPair): Promise<string> {
    const { certificateChain: crtChain, key } = pair;
    let credential: StoredCredential;
    try {
      credential = readStored({ crt: '', key: key.reveal(), crtChain }, this.#context.compassTime.now());
    } catch (error) {
      return messageOf(error);
    }
    const urls = { connector: pair.connectorUrl, director: pair.directorUrl };
    const { runtimeId, connectorUrl: trustAnchorUrl } = pair;
    return revokeOne(this.#context, { credential, urls, runtimeId, tenant: undefined, trustAnchorUrl });
  }

  #succeeded(): void {
    this.#schedule.succeed(0);
    this.#error = undefined;
  }

  async #failed(pair: SupersededPair, error: CompassError): Promise<void> {
    if (error.reason === 'Stopping') return;
    this.#schedule.fail(error);
    this.#error = error;
    const { clock, log } = this.#context;
    const isGivenUp = clock.now() - pair.since >= LONGEST_TRYING_MS;
    const what = isGivenUp ? 'is not revoked; it ends by its own date' : 'could not be revoked yet, and is tried again';
    log.warn(`the certificate of the identity before ${what}`, errorFields(error));
    if (isGivenUp) await this.#forget(pair);
  }

  async #forget({ fingerprint }: SupersededPair): Promise<void> {
    const state: StoredState = (await this.#context.state.load()) ?? freshState();
    const superseded = (state.superseded ?? []).filter((other) => other.fingerprint !== fingerprint);
    await this.#context.state.write({ ...state, superseded });
  }

  get #waiting(): readonly SupersededPair[] {
    return this.#context.state.value?.superseded ?? [];
  }

  get #isSwapUnderWay(): boolean {
    return this.#context.journal.value?.phase === 'issued';
  }
}
