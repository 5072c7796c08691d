import { CompassError, hasReason } from '#common/errors.ts';
import type { StoredCredential } from '#common/pki/certificate.ts';
import { Schedule } from '../schedule.ts';
import type { Configuration } from './configuration.ts';
import type { ConnectionContext } from './context.ts';
import { type CredentialJudgement, CredentialKeeper } from './credential.ts';
import { decidePairing, type PairingDecision } from './decide.ts';
import { establish, isUnused, tokenRequired } from './establish.ts';
import { installPair } from './install-pair.ts';
import { type Connection, fetchUrls, isRefusedByDirector, renew } from './maintain.ts';
import { renewalDeadline } from './renewal-deadline.ts';
import { freshState, type ManagementUrls, type StoredState } from './state.ts';

/** What a pass knows before it looks after the connection. */
export interface ConnectionInput {
  /** The checked configuration, or the error that says what is wrong with it. */
  readonly configuration: Configuration | CompassError;
  /** URLs in the CompassConnection, where they are trusted; those of the state serve otherwise. */
  readonly specUrls: ManagementUrls | undefined;
  readonly isReconnectAskedFor: boolean;
  readonly isRenewalAskedFor: boolean;
  /** The Director refused the credential since the last pass: the Connector is asked what it thinks of it. */
  readonly isSuspect: boolean;
}

/** How the connection stands after the step. */
export interface ConnectionResult {
  /** Undefined where there is no credential that Compass accepts. */
  readonly connection: Connection | undefined;
  /** The certificate that is stored, accepted or not. */
  readonly credential: StoredCredential | undefined;
  readonly renewAt: number | undefined;
  /** What was tried last, in this pass (`attempted`) or before. */
  readonly step: 'none' | 'establish' | 'maintain';
  readonly attempted: boolean;
  readonly error: unknown;
  /** A new pairing was asked for, and only a new token makes it possible. */
  readonly tokenRequired: CompassError | undefined;
  readonly did: 'nothing' | 'paired' | 'renewed';
}

interface Outcome {
  readonly connection: Connection | undefined;
  readonly step: ConnectionResult['step'];
  readonly attempted: boolean;
  readonly error?: unknown;
  readonly tokenRequired?: CompassError;
  readonly did?: 'paired' | 'renewed';
}

/** How often the Connector is asked by certificate whether its URLs changed, without any other reason. */
const MAINTENANCE_PERIOD_MS = 6 * 3_600_000;

/** Waits between the tries of a token vary little, so that the tries it has are spread over its hour. */
const TOKEN_JITTER = 0.2;

/** Looks after the connection, one step a pass: pair, keep, renew. Owns what the process remembers of it between passes. */
export class ConnectionStep {
  readonly #context: ConnectionContext;
  readonly #credentials: CredentialKeeper;
  readonly #establishing: Schedule;
  readonly #maintaining: Schedule;
  #rejected: { readonly fingerprint: string; readonly error: CompassError } | undefined;
  #pairingError: unknown;
  #upkeepError: unknown;
  /** The credential that Compass accepted last, by fingerprint: any other is asked about before it is believed. */
  #proven: string | undefined;
  #seenInput = '';

  constructor(context: ConnectionContext, random: () => number) {
    this.#context = context;
    this.#credentials = new CredentialKeeper(context);
    this.#establishing = new Schedule(context.clock, () => 1 - TOKEN_JITTER * random());
    this.#maintaining = new Schedule(context.clock, random);
  }

  /** Throws only what the cluster throws; what Compass refuses is in the result. */
  async run(input: ConnectionInput): Promise<ConnectionResult> {
    const state = (await this.#context.state.load()) ?? freshState();
    await this.#context.journal.load();
    this.#hurryOnChange(input, state);
    const judged = await this.#credentials.read();
    const present = judged.usable && this.#connectionOf(judged.usable, input, state);
    const isAccepted = present !== undefined && present.credential.fingerprint !== this.#rejected?.fingerprint;
    const decision = decidePairing({
      credentialWorks: isAccepted,
      hasUnusedToken: hasUnusedToken(input.configuration, state),
      isUnderWay: this.#isUnderWay(),
      hasNewPair: this.#isUnderWay() && this.#context.journal.value?.phase === 'issued',
      isAskedFor: input.isReconnectAskedFor,
    });
    const outcome = await this.#act(decision, input, judged, present, isAccepted);
    return this.#result(outcome, decision, judged);
  }

  /** When this step has something to do by itself, in ms from now. */
  dueInMs(result: ConnectionResult): number {
    const renewInMs = Math.max(0, (result.renewAt ?? Number.POSITIVE_INFINITY) - this.#context.clock.now());
    const isPairing = result.connection === undefined || this.#isUnderWay();
    const upkeepMs =
      this.#maintaining.failures > 0 ? this.#maintaining.dueInMs : Math.min(renewInMs, this.#maintaining.dueInMs);
    return isPairing ? Math.min(this.#establishing.dueInMs, upkeepMs) : upkeepMs;
  }

  #act(
    decision: PairingDecision,
    input: ConnectionInput,
    judged: CredentialJudgement,
    present: Connection | undefined,
    isAccepted: boolean,
  ): Promise<Outcome> {
    if (decision === 'pair') return this.#pair(input, present, isAccepted);
    if (present && isAccepted) return this.#maintain(input, present);
    return this.#wait(input, judged, present);
  }

  /** Pairs; while that fails, the credential that works goes on serving, and is renewed when it must be. */
  async #pair(input: ConnectionInput, present: Connection | undefined, isAccepted: boolean): Promise<Outcome> {
    const serving = isAccepted ? present : undefined;
    const { configuration } = input;
    if (configuration instanceof CompassError) {
      return { connection: serving, step: 'establish', attempted: true, error: configuration };
    }
    if (!this.#establishing.isDue) return this.#afterFailedPairing(input, serving, false);
    try {
      const journal = await establish(this.#context, configuration, this.#pairingError !== undefined);
      const connection = await installPair(this.#context, {
        journal,
        identity: configuration,
        trustAnchorUrl: configuration.connectorUrl,
        replacesWorking: serving !== undefined,
      });
      this.#accept(connection);
      this.#establishing.succeed(0);
      return { connection, step: 'establish', attempted: true, did: 'paired' };
    } catch (error) {
      this.#establishing.fail(error);
      this.#pairingError = error;
      return this.#afterFailedPairing(input, serving, true);
    }
  }

  async #afterFailedPairing(
    input: ConnectionInput,
    serving: Connection | undefined,
    attempted: boolean,
  ): Promise<Outcome> {
    const error = this.#pairingError;
    if (!serving) return { connection: undefined, step: 'establish', attempted, error };
    // A renewal would drop the journal of the pairing, and any other upkeep could spend the token that waits.
    const isKeptUp = !this.#isUnderWay() && this.#isRenewalDue(input, serving);
    const kept: Outcome = isKeptUp
      ? await this.#maintain(input, serving)
      : { connection: serving, step: 'maintain', attempted };
    if (hasReason(error, 'TokenRequired')) return { ...kept, tokenRequired: error };
    return { ...kept, error: kept.error ?? error };
  }

  /** Asks after changed URLs, and renews; when both are not due, repeats what was found last. */
  async #maintain(input: ConnectionInput, present: Connection): Promise<Outcome> {
    const isRenewal = this.#isRenewalDue(input, present);
    const isNew = present.credential.fingerprint !== this.#proven;
    const isFirst = this.#maintaining.failures === 0 && (isRenewal || isNew);
    if (!this.#maintaining.isDue && !isFirst && !input.isSuspect) {
      return { connection: present, step: 'maintain', attempted: false, error: this.#upkeepError };
    }
    try {
      const connection = isRenewal ? await this.#renew(present) : await this.#askForUrls(present);
      this.#accept(connection);
      return { connection, step: 'maintain', attempted: true, ...(isRenewal ? { did: 'renewed' } : {}) };
    } catch (error) {
      this.#maintaining.fail(error);
      this.#upkeepError = error;
      return this.#judgeFailure(error, present);
    }
  }

  /** Compass accepts this credential. */
  #accept(connection: Connection): void {
    this.#rejected = undefined;
    this.#proven = connection.credential.fingerprint;
    this.#pairingError = undefined;
    this.#upkeepError = undefined;
    this.#maintaining.succeed(MAINTENANCE_PERIOD_MS);
  }

  async #judgeFailure(error: unknown, present: Connection): Promise<Outcome> {
    const isRefused =
      hasReason(error, 'CertificateExpired') ||
      (hasReason(error, 'Rejected') && (await isRefusedByDirector(this.#context, present)));
    if (!isRefused) return { connection: present, step: 'maintain', attempted: true, error };
    this.#rejected = { fingerprint: present.credential.fingerprint, error };
    this.#establishing.hurry();
    return { connection: undefined, step: 'establish', attempted: true, error: withTokenHint(error) };
  }

  /** Nothing to pair with: says what is missing, and now and then tries a refused credential again. */
  async #wait(input: ConnectionInput, judged: CredentialJudgement, present: Connection | undefined): Promise<Outcome> {
    if (present && this.#rejected && this.#maintaining.isDue) return this.#maintain(input, present);
    const error = this.#missing(input, judged);
    return { connection: undefined, step: 'establish', attempted: true, error };
  }

  #missing(input: ConnectionInput, judged: CredentialJudgement): CompassError {
    if (judged.usable && this.#rejected) return withTokenHint(this.#rejected.error);
    const { configuration } = input;
    if (configuration instanceof CompassError) return configuration;
    const why = judged.usable
      ? 'the stored certificate is good, but nothing says where Compass is'
      : hasReason(judged.error, 'CertificateExpired')
        ? judged.error.message
        : 'there is no usable client certificate';
    const record = this.#context.state.value?.tokens[configuration.token?.hash ?? ''];
    const token = record
      ? `, and the TOKEN in the configuration is ${record.outcome}`
      : ', and no TOKEN in the configuration';
    return tokenRequired(`${why}${token}${record?.message ? ` (${record.message})` : ''}`);
  }

  async #renew(present: Connection): Promise<Connection> {
    const journal = await renew(this.#context, present);
    return installPair(this.#context, {
      journal,
      identity: present,
      trustAnchorUrl: present.trustAnchorUrl,
      replacesWorking: true,
    });
  }

  async #askForUrls(present: Connection): Promise<Connection> {
    const urls = await fetchUrls(this.#context, present);
    const state = (await this.#context.state.load()) ?? freshState();
    if (!isSame(urls, state.urls) || state.runtimeId !== present.runtimeId || state.tenant !== present.tenant) {
      const tenant = present.tenant === undefined ? {} : { tenant: present.tenant };
      await this.#context.state.write({ ...state, urls, runtimeId: present.runtimeId, ...tenant });
    }
    return { ...present, urls };
  }

  #isRenewalDue(input: ConnectionInput, present: Connection): boolean {
    const journal = this.#context.journal.value;
    const isHalfDone = journal?.purpose === 'renew' && journal.phase === 'issued';
    return input.isRenewalAskedFor || isHalfDone || this.#context.clock.now() >= this.#renewAt(present.credential);
  }

  #isUnderWay(): boolean {
    const journal = this.#context.journal.value;
    return journal?.purpose === 'pair' && journal.phase !== 'prepared';
  }

  #renewAt(credential: {
    readonly fingerprint: string;
    readonly notBefore: number;
    readonly notAfter: number;
  }): number {
    const { renewalThreshold, renewalJitter, minimalSyncMs } = this.#context.config;
    return renewalDeadline(credential, { threshold: renewalThreshold, jitter: renewalJitter, minimalSyncMs });
  }

  /** Where Compass is and who we are there; undefined where nothing says so. */
  #connectionOf(stored: StoredCredential, input: ConnectionInput, state: StoredState): Connection | undefined {
    const configured = input.configuration instanceof CompassError ? undefined : input.configuration;
    const urls = input.specUrls ?? state.urls;
    const runtimeId = configured?.runtimeId ?? state.runtimeId;
    if (!urls || runtimeId === undefined) return undefined;
    return {
      credential: stored,
      urls,
      runtimeId,
      tenant: configured ? configured.tenant : state.tenant,
      trustAnchorUrl: configured?.connectorUrl ?? urls.connector,
    };
  }

  /** A new token, a corrected configuration or other URLs are tried at once, whatever the back-off was. */
  #hurryOnChange(input: ConnectionInput, state: StoredState): void {
    const { configuration } = input;
    const configured =
      configuration instanceof CompassError
        ? [configuration.reason]
        : [configuration.connectorUrl, configuration.runtimeId, configuration.tenant, configuration.token?.hash];
    const seen = JSON.stringify([...configured, input.specUrls, input.isReconnectAskedFor]);
    if (this.#seenInput !== '' && seen !== this.#seenInput) {
      this.#establishing.hurry();
      const isEdited = input.specUrls !== undefined && !isSame(input.specUrls, state.urls);
      if (isEdited || this.#maintaining.failures > 0) this.#maintaining.hurry();
    }
    this.#seenInput = seen;
  }

  #result(outcome: Outcome, decision: PairingDecision, judged: CredentialJudgement): ConnectionResult {
    const credential = outcome.connection?.credential ?? judged.usable;
    const needsToken =
      decision === 'reconnect-needs-token'
        ? tokenRequired(
            'a reconnect was asked for, but the TOKEN in the configuration is used; the present connection serves on',
          )
        : undefined;
    return {
      connection: outcome.connection,
      credential,
      renewAt: credential && this.#renewAt(credential),
      step: outcome.step,
      attempted: outcome.attempted,
      error: outcome.error,
      tokenRequired: outcome.tokenRequired ?? needsToken,
      did: outcome.did ?? 'nothing',
    };
  }
}

function isSame(urls: ManagementUrls, others: ManagementUrls | undefined): boolean {
  return urls.connector === others?.connector && urls.director === others.director;
}

function hasUnusedToken(configuration: Configuration | CompassError, state: StoredState): boolean {
  return (
    !(configuration instanceof CompassError) &&
    configuration.token !== undefined &&
    isUnused(state, configuration.token.hash)
  );
}

function withTokenHint(error: CompassError): CompassError {
  const hint = 'request a new one-time token in Compass and store it under TOKEN in the configuration Secret';
  return new CompassError(error.reason, `${error.message}; ${hint}`, { cause: error, requestId: error.requestId });
}
