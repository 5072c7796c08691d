import { CompassError, hasReason } from '#common/errors.ts';
import type { StoredCredential } from '#common/pki/certificate.ts';
import type { Warning } from '../status/observation.ts';
import { adoptMirror } from './adopt-mirror.ts';
import { TokenBlanking } from './blank-token.ts';
import type { ConnectionInput, ConnectionResult, Outcome } from './connection-result.ts';
import type { ConnectionContext } from './context.ts';
import { type CredentialJudgement, CredentialKeeper } from './credential.ts';
import { decidePairing, type PairingDecision } from './decide.ts';
import { detailsOf, PairDescription } from './describe-pair.ts';
import { Judging } from './judging.ts';
import type { Connection } from './maintain.ts';
import { overdueAlarm } from './overdue.ts';
import { Pairing } from './pairing.ts';
import { PairingHurry } from './pairing-hurry.ts';
import { freshState, isSameUrls, type StoredState } from './state.ts';
import { Superseded } from './superseded.ts';
import { Upkeep } from './upkeep.ts';
import { WaitingRenewal } from './waiting-renewal.ts';
import { hasUnusedToken, reconnectNeedsToken, whatBecameOfToken, whatIsMissing } from './what-is-missing.ts';

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
  readonly #description: PairDescription;
  readonly #upkeep: Upkeep;
  readonly #pairing: Pairing;
  readonly #hurry: PairingHurry;
  readonly #blanking: TokenBlanking;
  readonly #superseded: Superseded;
  readonly #judging: Judging;
  readonly #waitingRenewal: WaitingRenewal;
  #seenInput = '';
  #isMirrorAdopted = false;

  constructor(context: ConnectionContext, random: () => number) {
    this.#context = context;
    this.#credentials = new CredentialKeeper(context);
    this.#description = new PairDescription(context, random);
    this.#upkeep = new Upkeep(context, random);
    this.#pairing = new Pairing(context, this.#upkeep, random);
    this.#hurry = new PairingHurry(context.clock, this.#pairing.schedule);
    this.#blanking = new TokenBlanking(context, random);
    this.#superseded = new Superseded(context, random);
    this.#judging = new Judging(context, this.#credentials, this.#upkeep, random);
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
    const judged = await this.#judging.run(input, state);
    const present = judged.usable && connectionOf(judged.usable, input, state);
    const isAccepted = present !== undefined && !this.#upkeep.rejectionOf(present.credential.fingerprint);
    const decision = this.#decide(input, state, judged, isAccepted);
    const finished = isAccepted ? undefined : await this.#finishRenewal(input, state, judged);
    const outcome = finished ?? (await this.#act(decision, input, judged, present, isAccepted));
    const { connection } = outcome;
    if (outcome.did && connection) this.#credentials.keep(connection.credential, detailsOf(connection));
    else if (connection) await this.#description.run(connection, this.#credentials.details);
    this.#credentials.accept(this.#upkeep.proven);
    if (outcome.connection) await this.#blanking.run(input.configuration);
    await this.#superseded.run(outcome.connection?.credential);
    // What a renewal took the turn of is not due before that is over.
    return this.#result(input, { judged, present, decision: finished ? 'keep' : decision, outcome });
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
    return {
      ...outcome,
      credential,
      renewAt,
      dueInMs: due,
      restored,
      warnings,
      token: whatBecameOfToken(this.#context, input),
    };
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
      ? { ...outcome, reconnectError: reconnectNeedsToken(this.#context, input) }
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
    const rejection = this.#upkeep.rejectionOf(judged.usable?.fingerprint);
    const error = whatIsMissing(this.#context, input, judged, rejection);
    return { connection: undefined, step: 'establish', attempted: true, error };
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
