import { CompassError, hasReason } from '#common/errors.ts';
import type { StoredCredential } from '#common/pki/certificate.ts';
import { Schedule } from '../schedule.ts';
import type { Warning } from '../status/observation.ts';
import { adoptMirror } from './adopt-mirror.ts';
import { TokenBlanking } from './blank-token.ts';
import type { ConnectionInput, ConnectionResult, Outcome } from './connection-result.ts';
import type { ConnectionContext } from './context.ts';
import { type CredentialJudgement, CredentialKeeper } from './credential.ts';
import { decidePairing, type PairingDecision } from './decide.ts';
import { disconnectedError } from './disconnected.ts';
import type { Connection } from './maintain.ts';
import { overdueAlarm } from './overdue.ts';
import { Pairing } from './pairing.ts';
import { PairingHurry } from './pairing-hurry.ts';
import { reachConnector } from './preflight-way.ts';
import { freshState, isSameUrls, type StoredState } from './state.ts';
import { Superseded } from './superseded.ts';
import { tokenRequired, withTokenHint } from './token-required.ts';
import { isUnused } from './token-tries.ts';
import { Upkeep } from './upkeep.ts';
import { WaitingRenewal } from './waiting-renewal.ts';

/** What a pass found, and what it did. */
interface Done {
  readonly judged: CredentialJudgement;
  readonly present: Connection | undefined;
  readonly decision: PairingDecision;
  readonly outcome: Outcome;
}

/** Looks after the connection, one step a pass: pair, keep, or wait for what is missing. */
export class ConnectionStep {
  readonly #context: ConnectionContext;
  readonly #credentials: CredentialKeeper;
  readonly #upkeep: Upkeep;
  readonly #pairing: Pairing;
  readonly #hurry: PairingHurry;
  readonly #blanking: TokenBlanking;
  readonly #superseded: Superseded;
  readonly #askingTime: Schedule;
  readonly #waitingRenewal: WaitingRenewal;
  #seenInput = '';
  #isMirrorAdopted = false;

  constructor(context: ConnectionContext, random: () => number) {
    this.#context = context;
    this.#credentials = new CredentialKeeper(context);
    this.#upkeep = new Upkeep(context, random);
    this.#pairing = new Pairing(context, this.#upkeep, random);
    this.#hurry = new PairingHurry(context.clock, this.#pairing.schedule);
    this.#blanking = new TokenBlanking(context, random);
    this.#superseded = new Superseded(context, random);
    this.#askingTime = new Schedule(context.clock, random);
    this.#waitingRenewal = new WaitingRenewal(context, this.#upkeep, random);
  }

  /** The connection as it is stored, accepted or not; undefined where there is none. Throws ForeignObject, and what the cluster throws. */
  async stored(input: Pick<ConnectionInput, 'configuration' | 'specUrls'>): Promise<Connection | undefined> {
    const state = (await this.#context.state.load()) ?? freshState();
    if (state.disconnected) return undefined;
    const { usable, error } = await this.#credentials.read();
    if (!usable && hasReason(error, 'ForeignObject')) throw error;
    return usable && connectionOf(usable, input, state);
  }

  /** Credentials and everything that is known of them: a disconnect gives them up. */
  forget(): void {
    this.#credentials.forget();
    this.#upkeep.forget();
    this.#pairing.forget();
  }

  /** Throws only what the cluster throws; what Compass refuses is in the result. */
  async run(input: ConnectionInput): Promise<ConnectionResult> {
    const state = (await this.#context.state.load()) ?? freshState();
    await this.#context.journal.load();
    await this.#adoptMirror();
    this.#hurryOnChange(input, state);
    const judged = await this.#judge(input, state);
    const present = judged.usable && connectionOf(judged.usable, input, state);
    const isAccepted = present !== undefined && !this.#upkeep.rejectionOf(present.credential.fingerprint);
    const decision = this.#decide(input, state, judged, isAccepted);
    const finished = isAccepted ? undefined : await this.#finishRenewal(input, state, judged);
    const outcome = finished ?? (await this.#act(decision, input, judged, present, isAccepted));
    if (outcome.did && outcome.connection) this.#credentials.keep(outcome.connection.credential);
    this.#credentials.accept(this.#upkeep.proven);
    if (outcome.connection) await this.#blanking.run(input.configuration);
    await this.#superseded.run(outcome.connection?.credential);
    return this.#result(input, { judged, present, decision, outcome });
  }

  /** How the connection stands after what was done, and when there is something to do next. */
  #result(input: ConnectionInput, { judged, present, decision, outcome }: Done): ConnectionResult {
    const credential = outcome.connection?.credential ?? judged.usable;
    const renewAt = credential && this.#upkeep.renewAt(credential);
    const isRetried = present !== undefined && this.#upkeep.rejectionOf(present.credential.fingerprint) !== undefined;
    const ownInMs = this.#dueInMs(decision, outcome, renewAt ?? Number.POSITIVE_INFINITY, isRetried);
    const stepInMs = outcome.connection ? ownInMs : Math.min(ownInMs, this.#waitingRenewal.dueInMs);
    const askedInMs = present ? this.#upkeep.askedInMs(input) : Number.POSITIVE_INFINITY;
    const { restored } = judged.usable ? judged : {};
    const due = Math.min(stepInMs, askedInMs, this.#superseded.dueInMs);
    const warnings = this.#warnings(credential, renewAt);
    return { ...outcome, credential, renewAt, dueInMs: due, restored, warnings, token: this.#tokenOf(input) };
  }

  #warnings(credential: StoredCredential | undefined, renewAt: number | undefined): readonly Warning[] {
    const parts = [this.#pairing, this.#blanking, this.#superseded].flatMap((part) => part.warnings);
    if (!credential || renewAt === undefined) return parts;
    const overdue = overdueAlarm({ ...credential, renewAt }, this.#context.compassTime.now());
    return overdue ? [...parts, overdue] : parts;
  }

  /** Until it is settled: later on the file is this process's own. */
  async #adoptMirror(): Promise<void> {
    if (this.#isMirrorAdopted) return;
    this.#isMirrorAdopted = await adoptMirror(this.#context);
  }

  /** After a disconnect nothing that is stored counts, and nothing is restored from memory. */
  async #judge(input: ConnectionInput, state: StoredState): Promise<CredentialJudgement> {
    if (!state.disconnected) return this.#judgePresent(input, state);
    this.#credentials.forget();
    const judged = await this.#credentials.read();
    return judged.usable ? { error: disconnectedError(state.disconnected), isAbsent: true } : judged;
  }

  async #judgePresent(input: ConnectionInput, state: StoredState): Promise<CredentialJudgement> {
    const judged = await this.#judgeInTime(input, state);
    const fingerprint = judged.usable?.fingerprint;
    if (fingerprint === undefined || !this.#upkeep.rejectionOf(fingerprint)) return judged;
    const accepted = await this.#credentials.afterRefusal(fingerprint);
    if (accepted) this.#upkeep.schedule.hurry();
    return accepted ?? judged;
  }

  /** Before a certificate counts as expired Compass is asked what time it is, for nothing: our own clock may be wrong. */
  async #judgeInTime({ configuration }: ConnectionInput, { urls }: StoredState): Promise<CredentialJudgement> {
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

  #decide(
    input: ConnectionInput,
    state: StoredState,
    judged: CredentialJudgement,
    isAccepted: boolean,
  ): PairingDecision {
    // No token is spent for what could not be stored, since another connection's Secret is not written to.
    if (hasReason(judged.error, 'ForeignObject')) return 'connect-needs-token';
    if (state.disconnected && state.disconnected.outcome === undefined) return 'connect-needs-token';
    const { isUnderWay } = this.#pairing;
    return decidePairing({
      credentialWorks: isAccepted,
      hasUnusedToken: hasUnusedToken(input, state),
      isUnderWay,
      hasNewPair: isUnderWay && this.#context.journal.value?.phase === 'issued',
      isAskedFor: input.isReconnectAskedFor,
    });
  }

  /** In how many ms this step has something to do by itself; where only a change from outside can help, never. */
  #dueInMs(decision: PairingDecision, { connection, isRefusal }: Outcome, renewAt: number, isRetried: boolean): number {
    const { schedule } = this.#upkeep;
    if (decision === 'pair')
      return Math.min(this.#pairingDueInMs, connection ? this.#renewalDueInMs(connection) : Number.POSITIVE_INFINITY);
    if (isRefusal) return 0;
    if (connection === undefined) return isRetried ? schedule.dueInMs : Number.POSITIVE_INFINITY;
    const renewInMs = Math.max(0, renewAt - this.#context.compassTime.now());
    return schedule.failures > 0 ? schedule.dueInMs : Math.min(renewInMs, schedule.dueInMs);
  }

  get #pairingDueInMs(): number {
    return this.#pairing.isBlocked
      ? Number.POSITIVE_INFINITY
      : Math.min(this.#pairing.schedule.dueInMs, this.#hurry.dueInMs);
  }

  /** While a pairing waits. */
  #renewalDueInMs(serving: Connection): number {
    return Math.max(
      this.#upkeep.renewableInMs(serving),
      this.#upkeep.schedule.failures > 0 ? this.#upkeep.schedule.dueInMs : 0,
    );
  }

  async #act(
    decision: PairingDecision,
    input: ConnectionInput,
    judged: CredentialJudgement,
    present: Connection | undefined,
    isAccepted: boolean,
  ): Promise<Outcome> {
    if (decision === 'pair') return this.#pairing.run(input, isAccepted ? present : undefined);
    // A credential that was refused is asked about again now and then: it may have been Compass's mistake.
    if (!present || (!isAccepted && !this.#upkeep.schedule.isDue)) return this.#wait(input, judged);
    const outcome = await this.#upkeep.run(input, present);
    return decision === 'reconnect-needs-token'
      ? { ...outcome, reconnectError: this.#reconnectNeedsToken(input) }
      : outcome;
  }

  /**
   * What a renewal gave that is not installed yet comes before any token: undefined where there is none, where Compass
   * refuses it, or where a token is to be used because somebody asks for that.
   */
  async #finishRenewal(
    input: ConnectionInput,
    state: StoredState,
    judged: CredentialJudgement,
  ): Promise<Outcome | undefined> {
    if (state.disconnected || hasReason(judged.error, 'ForeignObject')) return undefined;
    const outcome = await this.#waitingRenewal.run(input, state);
    if (outcome?.connection) return outcome;
    const isOver = hasReason(outcome?.error, 'Rejected', 'CertificateExpired');
    return isOver || input.isReconnectAskedFor ? undefined : outcome;
  }

  /** Nothing to pair with, and nothing to keep: says what is missing. */
  #wait(input: ConnectionInput, judged: CredentialJudgement): Outcome {
    return { connection: undefined, step: 'establish', attempted: true, error: this.#missing(input, judged) };
  }

  #missing({ configuration }: ConnectionInput, judged: CredentialJudgement): CompassError {
    if (hasReason(judged.error, 'ForeignObject')) return judged.error;
    const { disconnected } = this.#context.state.value ?? {};
    if (disconnected) return disconnectedError(disconnected);
    const rejection = this.#upkeep.rejectionOf(judged.usable?.fingerprint);
    if (rejection) return withTokenHint(rejection);
    if (configuration instanceof CompassError) return configuration;
    const record = this.#context.state.value?.tokens[configuration.token?.hash ?? ''];
    const token = record
      ? `the TOKEN in the configuration is ${record.outcome}`
      : 'there is no TOKEN in the configuration';
    return tokenRequired(`${whyUnusable(judged)}, and ${token}${record?.message ? ` (${record.message})` : ''}`);
  }

  #reconnectNeedsToken({ configuration }: ConnectionInput): CompassError {
    const hash = configuration instanceof CompassError ? undefined : configuration.token?.hash;
    const { outcome = 'used', message } = this.#context.state.value?.tokens[hash ?? ''] ?? {};
    const record = `the TOKEN in the configuration is ${outcome}${message ? ` (${message})` : ''}`;
    const why = hash === undefined ? 'there is no unused TOKEN in the configuration' : record;
    return tokenRequired(`a reconnect was asked for, but ${why}; the present connection serves on`);
  }

  #tokenOf({ configuration }: ConnectionInput): ConnectionResult['token'] {
    if (configuration instanceof CompassError) {
      return configuration.reason === 'ConfigurationMissing' ? 'none' : undefined;
    }
    if (!configuration.token) return 'none';
    const { hash } = configuration.token;
    const { value: journal } = this.#context.journal;
    // It has left already, whatever becomes of what it gave.
    const hasLeft = journal?.tokenHash === hash && journal.phase !== 'prepared';
    return this.#context.state.value?.tokens[hash]?.outcome ?? (hasLeft ? 'trying' : 'unused');
  }

  /** A new token, a corrected configuration or other URLs are tried at once. */
  #hurryOnChange(input: ConnectionInput, state: StoredState): void {
    const { configuration, specUrls, isReconnectAskedFor } = input;
    this.#hurry.take(input);
    const configured =
      configuration instanceof CompassError
        ? [configuration.reason]
        : [configuration.connectorUrl, configuration.runtimeId, configuration.tenant, configuration.token?.hash];
    const seen = JSON.stringify([...configured, specUrls, isReconnectAskedFor]);
    if (this.#seenInput !== '' && seen !== this.#seenInput) {
      const isEdited = specUrls !== undefined && !isSameUrls(specUrls, state.urls);
      if (isEdited || this.#upkeep.schedule.failures > 0) this.#upkeep.schedule.hurry();
    }
    this.#seenInput = seen;
  }
}

function whyUnusable(judged: CredentialJudgement): string {
  if (judged.usable) return 'the stored certificate is good, but nothing says where Compass is';
  return hasReason(judged.error, 'CertificateExpired') ? judged.error.message : 'there is no usable client certificate';
}

/** Where Compass is and who we are there; undefined where nothing says so. */
function connectionOf(
  stored: StoredCredential,
  input: Pick<ConnectionInput, 'configuration' | 'specUrls'>,
  state: StoredState,
): Connection | undefined {
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

function hasUnusedToken({ configuration, isReconnectAskedFor }: ConnectionInput, state: StoredState): boolean {
  if (configuration instanceof CompassError || configuration.token === undefined) return false;
  const { hash } = configuration.token;
  // A disconnect must not be undone by the token that lay there when it was asked for.
  const isSeen = state.disconnected?.seenToken === hash && !isReconnectAskedFor;
  return !isSeen && isUnused(state, hash);
}
