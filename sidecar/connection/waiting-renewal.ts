import { CompassError, hasReason } from '#common/errors.ts';
import { Schedule } from '../schedule.ts';
import type { ConnectionInput, Outcome } from './connection-result.ts';
import type { ConnectionContext } from './context.ts';
import { installPair } from './install-pair.ts';
import type { IssuedJournal } from './journal.ts';
import type { StoredState } from './state.ts';
import { asStoreForbidden } from './store-forbidden.ts';
import { withTokenHint } from './token-required.ts';
import type { Upkeep } from './upkeep.ts';

/**
 * The pair of a renewal that the Director could not prove for so long that the certificate came to its end which it was to
 * replace. It is installed as a first pair is, since nothing else works any more: no token is needed.
 */
export class WaitingRenewal {
  readonly #context: ConnectionContext;
  readonly #upkeep: Upkeep;
  readonly #schedule: Schedule;
  #error: CompassError | undefined;

  constructor(context: ConnectionContext, upkeep: Upkeep, random: () => number) {
    this.#context = context;
    this.#upkeep = upkeep;
    this.#schedule = new Schedule(context.clock, random);
  }

  /** In how many ms it is tried; Infinity where there is none. */
  get dueInMs(): number {
    return this.#journal ? this.#schedule.dueInMs : Number.POSITIVE_INFINITY;
  }

  get #journal(): IssuedJournal | undefined {
    const { value } = this.#context.journal;
    return value?.purpose === 'renew' && value.phase === 'issued' ? value : undefined;
  }

  /** Undefined where there is none, or nothing says whose it is. Throws only what the cluster throws. */
  async run({ configuration }: ConnectionInput, state: StoredState): Promise<Outcome | undefined> {
    const journal = this.#journal;
    const configured = configuration instanceof CompassError ? undefined : configuration;
    const { runtimeId, tenant } = configured ?? state;
    if (!journal || runtimeId === undefined) return undefined;
    if (!this.#schedule.isDue) return this.#failed(false);
    const identity = { runtimeId, tenant };
    const trustAnchorUrl = configured?.connectorUrl ?? journal.urls.connector;
    const renewAt = this.#upkeep.renewAt.bind(this.#upkeep);
    try {
      const connection = await installPair(this.#context, {
        journal,
        identity,
        trustAnchorUrl,
        serving: undefined,
        renewAt,
      });
      this.#schedule.succeed(0);
      this.#upkeep.accept(connection);
      return { connection, step: 'maintain', attempted: true, did: 'renewed' };
    } catch (caught) {
      const error = asStoreForbidden(caught);
      if (!(error instanceof CompassError)) throw error;
      this.#schedule.fail(error);
      this.#error = hasReason(error, 'Rejected', 'CertificateExpired') ? withTokenHint(error) : error;
      return this.#failed(true);
    }
  }

  #failed(attempted: boolean): Outcome {
    return { connection: undefined, step: 'maintain', attempted, error: this.#error };
  }
}
