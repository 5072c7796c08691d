import { CompassError, hasReason } from '#common/errors.ts';
import { errorFields } from '#common/log.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import type { RequestVerb } from '#common/resources/requests.ts';
import { carryOut, HandlerPace, handledVerbs } from './carry-out.ts';
import { readConfigurationOrFlaw } from './connection/configuration.ts';
import type { ConnectionInput, ConnectionResult } from './connection/connection-result.ts';
import type { ConnectionStep } from './connection/connection-step.ts';
import type { ConnectionContext } from './connection/context.ts';
import type { Disconnection } from './connection/disconnect.ts';
import type { Connection } from './connection/maintain.ts';
import { trustedSpecUrls } from './connection/spec-urls.ts';
import { ConnectionLog } from './connection-log.ts';
import type { ConnectionResource } from './connection-resource.ts';
import type { ListingProgress } from './counted-listing.ts';
import type { OtherAgent } from './other-agent.ts';
import { Parking } from './parking.ts';
import { ReconnectWish } from './reconnect-wish.ts';
import { answerConnection, failedAnswer, syncAnswer } from './request-answers.ts';
import type { RequestAnswer, RequestHandlers } from './request-handler.ts';
import { Requests } from './requests.ts';
import type { Done } from './status/connection-patch.ts';
import type { ContactObservation, Observation, PurgeObservation, Warning } from './status/observation.ts';
import { observe } from './status/observe.ts';
import type { ReadConnection } from './status/publish.ts';
import { settleSuspension } from './suspension/settle-suspension.ts';
import {
  holdsSync,
  type Suspension,
  suspendedError,
  suspensionEndsInMs,
  suspensionInForce,
} from './suspension/suspension.ts';
import type { SyncStep } from './sync-step.ts';

export interface ReconcilerOptions {
  readonly context: ConnectionContext;
  readonly connectionStep: Pick<ConnectionStep, 'run'>;
  readonly disconnection: Pick<Disconnection, 'run' | 'dueInMs'>;
  readonly syncStep: SyncStep;
  readonly otherAgent: Pick<OtherAgent, 'look'>;
  readonly resource: ConnectionResource;
  /** Lasting warnings, such as verification that is switched off. */
  readonly warnings: () => readonly Warning[];
  readonly connectorContact: () => ContactObservation | undefined;
  /** Who carries out the requests that are no step of the pass itself. */
  readonly handlers: RequestHandlers;
}

const PROGRESS_PERIOD_MS = 1_000;

/** How often it is looked whether another agent is gone; what it writes is seen at once. */
const PARKED_PERIOD_MS = 10_000;

/** The requests that are steps of the pass itself. */
const OWN_VERBS: readonly RequestVerb[] = ['sync', 'renew', 'reconnect', 'disconnect'];

/** One level-based pass: read, look after the connection, synchronize, write. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #requests: Requests;
  readonly #reconnectWish: ReconnectWish;
  #isSuspect = false;
  #wasCutShort = false;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #interruption = new AbortController();
  readonly #log: ConnectionLog;
  readonly #pace: HandlerPace;
  readonly #parking: Parking;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#requests = new Requests(new Set([...OWN_VERBS, ...handledVerbs(options.handlers)]));
    this.#reconnectWish = new ReconnectWish(options.context);
    const { steps, clock, config, log } = options.context;
    this.#log = new ConnectionLog(log);
    this.#pace = new HandlerPace(clock, config.minimalSyncMs);
    this.#parking = new Parking(options, () => {
      this.forget();
      options.syncStep.hurry();
    });
    steps.onChange = () => this.#tell();
  }

  /**
   * Something came up that should not wait for the end of a long listing: a new token, a request, a deleted CompassConnection.
   * The next listing is not cut short again, so that one ends, whatever comes how often.
   */
  readonly interrupt = (): void => {
    if (!this.#wasCutShort) this.#interruption.abort();
  };

  /** Who waits for a synchronization sees how far its listing is, once a second. */
  readonly onListed = (progress: ListingProgress): void => {
    const now = this.#options.context.clock.monotonicMs();
    if (!this.#requests.isOpen('sync') || now - this.#toldAtMs < PROGRESS_PERIOD_MS) return;
    this.#toldAtMs = now;
    this.#requests.progress('sync', { ...progress });
    this.#tell();
  };

  #tell(): void {
    const { resource, context } = this.#options;
    resource.tell({ steps: context.steps.observed, requests: this.#requests.observed });
  }

  /** Another replica has led since: what this one remembers of requests and report may be old. */
  forget(): void {
    this.#requests.forget();
    this.#options.resource.forget();
    this.#options.syncStep.leadAnew();
  }

  /** Returns in how many milliseconds the next pass is due; throws what the cluster throws. */
  readonly pass = async (): Promise<number> => {
    this.#interruption = new AbortController();
    const { connectionStep, syncStep, context } = this.#options;
    const read = await this.#readConfirmed();
    const before = read.object;
    if (await this.#parking.isParked(before)) return PARKED_PERIOD_MS;
    const configuration = await readConfigurationOrFlaw(context.cluster, context.config.configurationSecret);
    await this.#takeRequests(before);
    syncStep.beginPass();

    const specUrls = trustedSpecUrls(context, before, configuration);
    const purge = await this.#disconnect({ configuration, specUrls });
    const result = await connectionStep.run({
      configuration,
      specUrls,
      isReconnectAskedFor: (await this.#reconnectWish.note(read)) || this.#requests.isOpen('reconnect'),
      isRenewalAskedFor: before?.spec?.refreshCredentialsNow === true || this.#requests.isOpen('renew'),
      isSuspect: this.#isSuspect,
    });
    this.#isSuspect = false;
    this.#log.take(result);
    const object = result.did === 'renewed' ? await this.#withLateRequests(before) : before;
    answerConnection(this.#requests, result, context.clock.now());
    this.#paceSync(result);
    syncStep.noteSuspension(await settleSuspension(context));
    const isRenewed = result.did === 'renewed';
    const seen = await this.#publish(
      object,
      result,
      { refreshCredentialsNow: isRenewed },
      { purge, restored: result.restored },
    );
    const facts = { connection: result.connection, configuration, result, object: seen, signal: context.stopping };
    const publish = (object: CompassConnection | undefined) => this.#publish(object, result, {});
    const current = await carryOut({ ...this.#options, pace: this.#pace }, this.#requests, facts, publish);
    // Deleted while this pass ran, which asks for a new pairing: to write it anew here would hide that from the next pass.
    if (object !== undefined && current === undefined) return 0;

    const isSyncAskedFor = object?.spec?.resyncNow === true || this.#requests.isOpen('sync');
    const suspension = suspensionInForce(context.state.value, context.clock.now());
    syncStep.noteSuspension(suspension);
    if (holdsSync(suspension)) return this.#holdSync(suspension, current, result, isSyncAskedFor);
    return this.#synchronize(current, result, isSyncAskedFor);
  };

  async #synchronize(
    object: CompassConnection | undefined,
    result: ConnectionResult,
    isSyncAskedFor: boolean,
  ): Promise<number> {
    const { syncStep } = this.#options;
    const { connection } = result;
    const isDue = connection !== undefined && syncStep.isDue(isSyncAskedFor);
    const run = (to: Connection) => syncStep.run(to, isSyncAskedFor, this.#interruption.signal);
    const hasRun = await (connection ? run(connection) : syncStep.rest());
    if (hasRun) {
      this.#finish('sync', syncAnswer(syncStep.outcome));
      this.#wasCutShort = false;
      this.#isSuspect = hasReason(syncStep.outcome?.fetch.error, 'Rejected', 'CertificateExpired');
      await this.#publish(object, result, { resyncNow: isSyncAskedFor });
    } else if (isDue) {
      this.#wasCutShort = this.#interruption.signal.aborted;
    }
    return this.#dueInMs(result, isSyncAskedFor && !hasRun);
  }

  /** In place of a synchronization while they are suspended: whoever asks for one is told so, and does not wait. */
  async #holdSync(
    suspension: Suspension,
    object: CompassConnection | undefined,
    result: ConnectionResult,
    isSyncAskedFor: boolean,
  ): Promise<number> {
    await this.#options.syncStep.rest();
    if (isSyncAskedFor && result.connection) {
      this.#finish('sync', failedAnswer(suspendedError(suspension)));
      await this.#publish(object, result, { resyncNow: true });
    }
    return this.#stepInMs(result);
  }

  /**
   * Who asked while a renewal ran has not seen its result, since that is published later: it is the answer to these
   * requests, too, and nothing is done twice.
   */
  async #withLateRequests(before: CompassConnection | undefined): Promise<CompassConnection | undefined> {
    const { resource, context } = this.#options;
    if (!before) return before;
    try {
      const { object } = await resource.read();
      this.#requests.take(object, context.clock.now());
      return object ?? before;
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      return before;
    }
  }

  #paceSync({ did, attempted, error }: ConnectionResult): void {
    const { syncStep } = this.#options;
    if (did === 'paired') syncStep.hurry('paired');
    if (attempted && hasReason(error, 'CompassThrottled')) syncStep.holdBack(error);
  }

  /** Before anything else is done with a connection that is to be given up. What it deleted of the Applications. */
  async #disconnect(input: Pick<ConnectionInput, 'configuration' | 'specUrls'>): Promise<PurgeObservation | undefined> {
    const { disconnection, syncStep } = this.#options;
    const done = await disconnection.run(this.#requests.open('disconnect'), input);
    if (done?.answer?.result === 'succeeded') this.#requests.supersede('reconnect', 'disconnect');
    if (done?.answer) this.#finish('disconnect', done.answer);
    if (done?.purge) await syncStep.forget(done.purge);
    return done?.purge;
  }

  /** Without knowing what was answered before, nothing is taken: it stays asked for until the next pass. */
  async #takeRequests(object: CompassConnection | undefined): Promise<void> {
    const { resource, context } = this.#options;
    const now = context.clock.now();
    try {
      await this.#requests.recall(object, now, () => resource.readRequests());
      this.#requests.take(object, now);
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      context.log.warn('requests wait, because the report could not be read', errorFields(error));
    }
  }

  /** Once more where it seems to have been deleted: one 404 on the way to the API server must cost no token. */
  async #readConfirmed(): Promise<ReadConnection> {
    const { resource, context } = this.#options;
    const read = await resource.read();
    if (!read.served || read.object) return read;
    const state = await context.state.load();
    return state?.registered ? resource.read() : read;
  }

  #finish(verb: RequestVerb, answer: RequestAnswer): void {
    this.#requests.finish(verb, answer, this.#options.context.clock.now());
  }

  async #publish(
    read: CompassConnection | undefined,
    result: ConnectionResult,
    flags: Pick<Done, 'resyncNow' | 'refreshCredentialsNow'>,
    happened: Pick<Observation, 'purge' | 'restored'> = {},
  ): Promise<CompassConnection | undefined> {
    // What was cut short by the stop says nothing about the connection; what was done before it is still told.
    if (this.#options.context.stopping.aborted && result.did === undefined) return read;
    const done = { ...flags, requests: this.#requests.answered(read) };
    return this.#options.resource.publish(read, { ...this.#observe(read, result), ...happened }, done);
  }

  #observe(object: CompassConnection | undefined, result: ConnectionResult): Observation {
    const { context, syncStep, warnings, connectorContact } = this.#options;
    const { observed: requests, check } = this.#requests;
    const seen = { warnings: warnings(), connectorContact: connectorContact(), requests, check };
    return observe({ context, object, result, syncStep, ...seen });
  }

  #dueInMs(result: ConnectionResult, isSyncAwaited: boolean): number {
    if (this.#isSuspect) return 0;
    const { syncStep } = this.#options;
    const stepInMs = this.#stepInMs(result);
    if (!result.connection) return stepInMs;
    return Math.min(stepInMs, isSyncAwaited ? syncStep.askedInMs : syncStep.dueInMs);
  }

  /** In how many ms something else than a synchronization is due, or what is suspended goes on. */
  #stepInMs({ dueInMs }: ConnectionResult): number {
    const { disconnection, context } = this.#options;
    const { state, clock } = context;
    const endsInMs = suspensionEndsInMs(state.value, clock.now());
    return Math.min(dueInMs, disconnection.dueInMs, this.#pace.dueInMs(this.#requests), endsInMs);
  }
}
