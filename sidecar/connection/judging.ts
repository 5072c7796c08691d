import { CompassError, hasReason } from '#common/errors.ts';
import { Schedule } from '../schedule.ts';
import type { ConnectionInput } from './connection-result.ts';
import type { ConnectionContext } from './context.ts';
import type { CredentialJudgement, CredentialKeeper } from './credential.ts';
import { disconnectedError } from './disconnected.ts';
import { reachConnector } from './preflight-way.ts';
import type { StoredState } from './state.ts';
import type { Upkeep } from './upkeep.ts';

/** Judges the credentials that are stored: by themselves, by what Compass said of them, and by what time it is there. */
export class Judging {
  readonly #context: ConnectionContext;
  readonly #credentials: CredentialKeeper;
  readonly #upkeep: Upkeep;
  readonly #askingTime: Schedule;

  constructor(context: ConnectionContext, credentials: CredentialKeeper, upkeep: Upkeep, random: () => number) {
    this.#context = context;
    this.#credentials = credentials;
    this.#upkeep = upkeep;
    this.#askingTime = new Schedule(context.clock, random);
  }

  /** After a disconnect nothing that is stored counts, and nothing is restored from memory. Throws what the cluster throws. */
  async run(input: Pick<ConnectionInput, 'configuration'>, state: StoredState): Promise<CredentialJudgement> {
    if (!state.disconnected) return this.#judgePresent(input, state);
    this.#credentials.forget();
    const judged = await this.#credentials.read();
    return judged.usable ? { error: disconnectedError(state.disconnected), isAbsent: true } : judged;
  }

  async #judgePresent(input: Pick<ConnectionInput, 'configuration'>, state: StoredState): Promise<CredentialJudgement> {
    const judged = await this.#judgeInTime(input, state);
    const fingerprint = judged.usable?.fingerprint;
    if (fingerprint === undefined || !this.#upkeep.rejectionOf(fingerprint)) return judged;
    const accepted = await this.#credentials.afterRefusal(fingerprint);
    if (accepted) this.#upkeep.schedule.hurry();
    return accepted ?? judged;
  }

  /** Before a certificate counts as expired Compass is asked what time it is, for nothing: our own clock may be wrong. */
  async #judgeInTime(
    { configuration }: Pick<ConnectionInput, 'configuration'>,
    { urls }: StoredState,
  ): Promise<CredentialJudgement> {
    const judged = await this.#credentials.read();
    const url = configuration instanceof CompassError ? urls?.connector : configuration.connectorUrl;
    const isInDoubt = hasReason(judged.error, 'CertificateExpired') && this.#context.compassTime.skewMs === undefined;
    if (!isInDoubt || url === undefined || !this.#askingTime.isDue) return judged;
    try {
      await reachConnector(this.#context, { url, target: 'connector' });
      this.#askingTime.succeed(0);
      return await this.#credentials.read();
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      this.#askingTime.fail(error);
      return judged;
    }
  }
}
