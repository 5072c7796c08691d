import { CompassError, hasReason } from '#common/errors.ts';
import { Schedule } from '../schedule.ts';
import type { Warning } from '../status/observation.ts';
import { isPairingUnderWay } from './aside.ts';
import type { ConnectionInput, Outcome } from './connection-result.ts';
import type { ConnectionContext } from './context.ts';
import { establish } from './establish.ts';
import { installPair } from './install-pair.ts';
import type { Connection } from './maintain.ts';
import { Preflight } from './preflight.ts';
import { asStoreForbidden } from './store-forbidden.ts';
import { withTokenHint } from './token-required.ts';
import type { Upkeep } from './upkeep.ts';

/**
 * Waits between the tries of a token vary little, and begin with two seconds: so the twenty tries that it has reach over its
 * hour even where every wait comes out short (0.95 of 2 s, 4 s, … 256 s, and eleven times 300 s), and Compass may come
 * back at its very end.
 */
const TOKEN_BACKOFF = { firstMs: 2_000, longestMs: 300_000 };
const TOKEN_JITTER = 0.05;

/** Pairs with a token; while that fails, a credential that works goes on serving, and is renewed when it must be. */
export class Pairing {
  readonly schedule: Schedule;
  readonly #context: ConnectionContext;
  readonly #upkeep: Upkeep;
  readonly #preflight: Preflight;
  #error: unknown;
  /** A pairing waits for a configuration that was deleted or damaged meanwhile: no time helps. */
  isBlocked = false;

  constructor(context: ConnectionContext, upkeep: Upkeep, random: () => number) {
    this.#context = context;
    this.#upkeep = upkeep;
    this.#preflight = new Preflight(context);
    this.schedule = new Schedule(context.clock, () => 1 - TOKEN_JITTER * random(), TOKEN_BACKOFF);
  }

  /** A pairing that was given up: the next one begins anew. */
  forget(): void {
    this.#error = undefined;
    this.isBlocked = false;
    this.schedule.succeed(0);
  }

  /** What was let pass before a token left. */
  get warnings(): readonly Warning[] {
    return this.#preflight.warnings;
  }

  /** A pairing is in the journal, beyond the point where it needs the user's token. */
  get isUnderWay(): boolean {
    return isPairingUnderWay(this.#context.journal.value);
  }

  /** `serving` is the credential that Compass accepts, if there is one. */
  async run(input: ConnectionInput, serving: Connection | undefined): Promise<Outcome> {
    const { configuration } = input;
    this.isBlocked = configuration instanceof CompassError;
    if (configuration instanceof CompassError) {
      this.#error = configuration;
      return this.#afterFailure(input, serving, true);
    }
    if (!this.schedule.isDue) return this.#afterFailure(input, serving, false);
    try {
      const journal = await establish(this.#context, configuration, {
        preflight: this.#preflight,
        lastError: this.#error,
      });
      const connection = await installPair(this.#context, {
        journal,
        identity: configuration,
        trustAnchorUrl: configuration.connectorUrl,
        serving,
        renewAt: (credential) => this.#upkeep.renewAt(credential),
      });
      this.#error = undefined;
      this.schedule.succeed(0);
      this.#upkeep.accept(connection);
      return { connection, step: 'establish', attempted: true, did: 'paired' };
    } catch (caught) {
      const error = asStoreForbidden(caught);
      this.schedule.fail(error);
      this.#error = error;
      return this.#afterFailure(input, serving, true);
    }
  }

  async #afterFailure(input: ConnectionInput, serving: Connection | undefined, attempted: boolean): Promise<Outcome> {
    const error = this.#error;
    const refusal = serving && input.isSuspect ? await this.#upkeep.examine(serving) : undefined;
    if (refusal) return { connection: undefined, step: 'establish', attempted: true, error: withTokenHint(refusal) };
    if (!serving) return { connection: undefined, step: 'establish', attempted, error: withHint(error) };
    // Any other upkeep could spend the token that waits.
    const isRenewable = !this.isUnderWay || this.#upkeep.renewableInMs(serving) === 0;
    const isKeptUp = isRenewable && this.#upkeep.isRenewalDue(input, serving);
    const kept: Outcome = isKeptUp
      ? await this.#upkeep.run(input, serving)
      : { connection: serving, step: 'maintain', attempted };
    // The connection that serves is as good as its own upkeep says, whatever becomes of the one that is to replace it.
    return error instanceof CompassError ? { ...kept, reconnectError: error } : { ...kept, error };
  }
}

/** A new pair that Compass refuses helps nobody; only another token does. */
function withHint(error: unknown): unknown {
  return hasReason(error, 'Rejected') ? withTokenHint(error) : error;
}
