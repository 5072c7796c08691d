import { CompassError, hasReason, type Reason } from '#common/errors.ts';
import { errorFields } from '#common/log.ts';
import type { SidecarRequest } from '#common/resources/requests.ts';
import { type Purged, purgeApplications } from '#common/sync/purge.ts';
import { failedAnswer } from '../request-answers.ts';
import type { RequestAnswer } from '../request-handler.ts';
import { Schedule } from '../schedule.ts';
import type { PurgeObservation } from '../status/observation.ts';
import { suspendedError, suspensionInForce } from '../suspension/suspension.ts';
import type { Configuration } from './configuration.ts';
import type { ConnectionInput } from './connection-result.ts';
import type { ConnectionStep } from './connection-step.ts';
import type { ConnectionContext } from './context.ts';
import { clearPair } from './credential-store.ts';
import type { Disconnected, DisconnectOutcome } from './disconnected.ts';
import { requireTurn } from './issue.ts';
import { revoke } from './revoke.ts';
import { freshState, inNextEpoch, type StoredState, withToken } from './state.ts';

/** What a person has to mend before it can be done. */
const LASTING: readonly Reason[] = ['ClusterForbidden', 'ClusterUnauthorized', 'ClusterRefused'];

export interface DisconnectResult {
  /** Undefined while it goes on by itself. */
  readonly answer?: RequestAnswer | undefined;
  readonly purge?: PurgeObservation | undefined;
}

/**
 * Gives the connection up on request: revokes first if that is asked for, and if it fails nothing else happens; then the
 * state Secret says that it is on its way, and from there on it is carried through whatever comes in between: journal,
 * credentials in memory and in the client Secret, Applications if asked.
 */
export class Disconnection {
  readonly #context: ConnectionContext;
  readonly #connectionStep: ConnectionStep;
  readonly #schedule: Schedule;

  constructor(context: ConnectionContext, connectionStep: ConnectionStep, random: () => number) {
    this.#context = context;
    this.#connectionStep = connectionStep;
    this.#schedule = new Schedule(context.clock, random);
  }

  /** In how many ms it goes on with what could not be deleted; Infinity where nothing is left. */
  get dueInMs(): number {
    return isUnderWay(this.#context.state.value) ? this.#schedule.dueInMs : Number.POSITIVE_INFINITY;
  }

  /** Begins, or goes on; undefined where there is nothing to do. Throws only what the cluster throws before it begins. */
  async run(
    request: SidecarRequest | undefined,
    input: Pick<ConnectionInput, 'configuration' | 'specUrls'>,
  ): Promise<DisconnectResult | undefined> {
    const before = (await this.#context.state.load())?.disconnected;
    const resumed = before && !before.outcome ? await this.#goOn(before) : undefined;
    const isOther = request !== undefined && request.id !== before?.id;
    if (resumed && (!isOther || isUnderWay(this.#context.state.value))) return resumed;
    return request && this.#carryOut(request, input);
  }

  async #carryOut(
    request: SidecarRequest,
    input: Pick<ConnectionInput, 'configuration' | 'specUrls'>,
  ): Promise<DisconnectResult> {
    const state = (await this.#context.state.load()) ?? freshState();
    const before = state.disconnected;
    // Carried out, and its answer lost.
    if (before?.outcome && before.id === request.id) return { answer: before.outcome };
    try {
      const asked = readParameters(request);
      const suspension = suspensionInForce(state, this.#context.clock.now());
      if (asked.purge && suspension) throw suspendedError(suspension);
      requireTurn(this.#context);
      const revoked = asked.revoke ? await revoke(this.#context, await this.#connectionStep.stored(input)) : undefined;
      const disconnected = await this.#begin(state, request.id, asked.purge, input.configuration);
      return await this.#goOn(disconnected, revoked);
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      if (error.reason === 'Stopping') return {};
      this.#context.log.warn('the disconnect failed, and nothing was deleted', errorFields(error));
      return { answer: { ...failedAnswer(error), message: `${error.message}; nothing was deleted` } };
    }
  }

  /** From here on there is no way back, and a restart goes on. */
  async #begin(
    state: StoredState,
    id: string,
    purge: boolean,
    configuration: Configuration | CompassError,
  ): Promise<Disconnected> {
    const { clock } = this.#context;
    const token = configuration instanceof CompassError ? undefined : configuration.token?.hash;
    const seenToken = token ?? state.disconnected?.seenToken;
    const disconnected: Disconnected = { id, since: clock.now(), seenToken, purge };
    const { established: _established, acquired: _acquired, renewed: _renewed, ...rest } = await this.#withSpent(state);
    await this.#context.state.write({ ...inNextEpoch(rest), reconnectPending: false, disconnected });
    return disconnected;
  }

  /** A pairing that had begun has cost its token. */
  async #withSpent(state: StoredState): Promise<StoredState> {
    const journal = await this.#context.journal.load();
    const hash = journal?.tokenHash;
    if (!journal || hash === undefined || journal.phase === 'prepared') return state;
    const earlier = state.tokens[hash];
    const message = 'its pairing was given up by a disconnect';
    const firstTriedAt = earlier?.firstTriedAt ?? journal.startedAt;
    return withToken(state, hash, {
      outcome: 'spent',
      tries: (earlier?.tries ?? 0) + 1,
      firstTriedAt,
      mayHaveLeft: true,
      message,
    });
  }

  async #goOn(disconnected: Disconnected, revoked?: string): Promise<DisconnectResult> {
    if (!this.#schedule.isDue) return {};
    const { log } = this.#context;
    try {
      requireTurn(this.#context);
      const done = await this.#delete(disconnected, revoked);
      this.#schedule.succeed(0);
      return done;
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      if (error.reason === 'Stopping') return {};
      this.#schedule.fail(error);
      log.warn('the disconnect is not through, and is tried again', errorFields(error));
      // What a person has to mend is said at once; it goes on all the same.
      const isLasting = hasReason(error, ...LASTING);
      const message = `${error.message}; it goes on as soon as that is mended`;
      return isLasting ? { answer: { result: 'failed', reason: error.reason, message } } : {};
    }
  }

  async #delete(disconnected: Disconnected, revoked: string | undefined): Promise<DisconnectResult> {
    const { cluster, config, journal, log, state } = this.#context;
    this.#connectionStep.forget();
    await journal.remove();
    await clearPair(cluster, config);
    const purged = disconnected.purge ? await this.#purge() : undefined;
    const outcome = outcomeOf(purged, revoked);
    await state.write({ ...((await state.load()) ?? freshState()), disconnected: { ...disconnected, outcome } });
    log.info('disconnected on request', { ...outcome.counts, outcome: outcome.message });
    const { remaining, changes = [] } = purged ?? {};
    return { answer: outcome, purge: remaining === undefined ? undefined : { remaining, changes } };
  }

  /** What is not permitted does not keep the disconnect from ending: it is in the answer. */
  async #purge(): Promise<Partial<Purged>> {
    const { cluster, clock, config, stopping: signal } = this.#context;
    const { connectionName, integrationNamespace } = config;
    try {
      return await purgeApplications({ cluster, clock, place: { connectionName, integrationNamespace }, signal });
    } catch (error) {
      if (hasReason(error, ...LASTING)) return { error };
      throw error;
    }
  }
}

function isUnderWay(state: StoredState | undefined): state is StoredState & { readonly disconnected: Disconnected } {
  return state?.disconnected !== undefined && state.disconnected.outcome === undefined;
}

/** Throws RequestRefused for something to purge that is not known: better nothing than something else. */
function readParameters({ parameters }: SidecarRequest): { readonly revoke: boolean; readonly purge: boolean } {
  const { revoke: isRevoked, purge } = parameters;
  if (purge !== undefined && purge !== 'applications') {
    throw new CompassError('RequestRefused', `a disconnect with purge=${purge} is not known; purge=applications is`);
  }
  return { revoke: isRevoked === 'true', purge: purge !== undefined };
}

function outcomeOf(purged: Partial<Purged> | undefined, revoked: string | undefined): DisconnectOutcome {
  const parts = [...(revoked ? [revoked] : []), 'the credentials are deleted'];
  if (!purged) return { result: 'succeeded', message: parts.join('; '), counts: {} };
  const { deleted = [], remaining, error } = purged;
  const counts = { deleted: deleted.length, ...(remaining === undefined ? {} : { failed: remaining }) };
  const applications = deleted.length === 1 ? '1 Application' : `${deleted.length} Applications`;
  const message = [...parts, `${applications} deleted`].join('; ');
  if (!error) return { result: 'succeeded', message, counts };
  return {
    result: 'failed',
    reason: error.reason,
    message: `${message}; ${remaining ?? 'all others'} are left: ${error.message}`,
    counts,
  };
}
