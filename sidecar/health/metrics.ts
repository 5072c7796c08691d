import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ObservedCall } from '#common/compass/endpoint.ts';
import { CONNECTION_STATES, type CompassConnectionStatus, type Time } from '#common/resources/compass-connection.ts';
import { SUSPENSION_SCOPES } from '#common/resources/suspension.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import { currentOutcome } from '../status/connection-state.ts';
import type { Observation, SuspensionObservation } from '../status/observation.ts';

/** A call of the Kubernetes API, as common/cluster tells of it. */
export interface ClusterCall {
  readonly verb: string;
  readonly status: number | undefined;
  readonly durationMs: number;
}

const PHASES = ['connection', 'fetch', 'apply', 'labels'] as const;
const WARNINGS = [
  'TLSVerificationDisabled',
  'ClockSkew',
  'DefinitionMissing',
  'ConnectionForbidden',
  'ForeignAgent',
  'RenewalOverdue',
] as const;

/** Up to the longest that a call with a token waits. */
const DURATION_BUCKETS_S = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 130];

/**
 * Prometheus metrics, and the one door to prom-client. Labels come from closed lists only: states, phases, results,
 * targets, HTTP codes and reasons; never a name, an id or a URL.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #state = this.#gauge('compass_connection_state', 'Which state the connection is in: 1 for that one', [
    'state',
  ]);
  readonly #notBefore = this.#gauge(
    'compass_certificate_not_before_timestamp_seconds',
    'When the client certificate begins to be valid',
  );
  readonly #notAfter = this.#gauge(
    'compass_certificate_not_after_timestamp_seconds',
    'When the client certificate ends',
  );
  readonly #renewAt = this.#gauge(
    'compass_certificate_renew_at_timestamp_seconds',
    'When the client certificate is due to be renewed',
  );
  readonly #lastSuccess = this.#gauge('compass_last_success_timestamp_seconds', 'When a phase went well last', [
    'phase',
  ]);
  readonly #applications = this.#gauge('compass_applications', 'Applications by result of the last synchronization', [
    'result',
  ]);
  readonly #held = this.#gauge('compass_deletions_held', 'Deletions of Applications that are held');
  readonly #suspended = this.#gauge('compass_suspended', 'Whether something is suspended on request', ['scope']);
  readonly #suspendedUntil = this.#gauge(
    'compass_suspended_until_timestamp_seconds',
    'When the suspension ends by itself, where it does',
  );
  readonly #deletions = new Counter({
    name: 'compass_deletions_total',
    help: 'Applications and Secrets that were deleted because Compass does not list them any more',
    labelNames: ['kind'],
    registers: [this.#registry],
  });
  #counted: SyncOutcome | undefined;
  readonly #pages = this.#gauge('compass_director_pages', 'Pages of the last listing');
  readonly #syncDuration = this.#gauge('compass_sync_duration_seconds', 'How long the last synchronization took');
  readonly #writeLimit = this.#gauge(
    'compass_sync_write_concurrency',
    'How many writes of Applications and Secrets may be under way at a time, by what the API server takes',
  );
  readonly #leader = this.#gauge('compass_leader', 'Whether this replica leads');
  readonly #tlsOff = this.#gauge(
    'compass_tls_verification_disabled',
    'Whether the certificate of Compass is not verified',
  );
  readonly #warning = this.#gauge('compass_warning', 'Whether something works that should not be so', ['type']);
  readonly #condition = this.#gauge('compass_condition', 'The conditions of the connection, 1 for each', [
    'type',
    'status',
    'reason',
  ]);
  readonly #lag = this.#gauge('compass_sidecar_event_loop_lag_seconds', 'How late the event loop last turned');
  readonly #memory = this.#gauge('process_resident_memory_bytes', 'Resident memory');
  readonly #requests = new Counter({
    name: 'compass_requests_total',
    help: 'Requests to Connector, Director and the Kubernetes API, by HTTP code (0: no answer) and outcome',
    labelNames: ['target', 'code', 'outcome'],
    registers: [this.#registry],
  });
  readonly #durations = new Histogram({
    name: 'compass_request_duration_seconds',
    help: 'How long requests took',
    labelNames: ['target', 'code'],
    buckets: DURATION_BUCKETS_S,
    registers: [this.#registry],
  });
  /** By HTTP code: at most as many as there are codes. */
  readonly #clusterCalls = new Map<number, { count: Counter.Internal; duration: Histogram.Internal<string> }>();
  #lagMs: () => number = () => 0;

  constructor(version: string) {
    const started = this.#gauge('process_start_time_seconds', 'When the process started');
    // Not by `performance`, for which Node loads eight modules.
    started.set(Math.round(Date.now() / 1_000 - process.uptime()));
    this.#gauge('compass_sidecar_info', 'The version that runs', ['version']).set({ version }, 1);
    this.#leader.set(0);
    this.#held.set(0);
    for (const kind of ['Application', 'Secret']) this.#deletions.inc({ kind }, 0);
    this.#tlsOff.set(0);
    for (const state of CONNECTION_STATES) this.#state.set({ state }, 0);
    for (const type of WARNINGS) this.#warning.set({ type }, 0);
    this.#setSuspension(undefined);
  }

  /** Where the lag of the event loop is read at each scrape, in milliseconds. */
  readLagFrom(lagMs: () => number): void {
    this.#lagMs = lagMs;
  }

  setLeader(isLeader: boolean): void {
    this.#leader.set(isLeader ? 1 : 0);
  }

  /** Told of every pass and the status that followed from it. */
  readonly onObservation = (observation: Observation, status: CompassConnectionStatus): void => {
    this.setLeader(observation.leader.isLeader);
    for (const state of CONNECTION_STATES) this.#state.set({ state }, state === status.connectionState ? 1 : 0);
    this.#setCertificate(observation);
    this.#setSuccesses(observation, status);
    this.#setApplications(observation);
    this.#setSynchronization(observation);
    this.#setSuspension(observation.sync?.suspended);
    for (const type of WARNINGS)
      this.#warning.set({ type }, observation.warnings.some((it) => it.type === type) ? 1 : 0);
    this.#tlsOff.set(observation.warnings.some(({ type }) => type === 'TLSVerificationDisabled') ? 1 : 0);
    this.#condition.reset();
    for (const { type, status: value, reason } of status.conditions ?? []) {
      this.#condition.set({ type, status: value, reason }, 1);
    }
  };

  /** Told while somebody else works on the connection. */
  onParked(): void {
    this.#warning.set({ type: 'ForeignAgent' }, 1);
  }

  /** Told of each call of Compass. */
  readonly onCompassCall = ({ target, status, outcome, durationMs }: ObservedCall): void => {
    this.#requests.inc({ target, code: String(status), outcome });
    this.#durations.observe({ target, code: String(status) }, durationMs / 1_000);
  };

  /** Told of each call of the Kubernetes API. */
  readonly onClusterCall = ({ status = 0, durationMs }: ClusterCall): void => {
    const { count, duration } = this.#clusterCalls.get(status) ?? this.#clusterCallsOf(status);
    count.inc();
    duration.observe(durationMs / 1_000);
  };

  /** Looked up by their labels once, and not for each of the thousands of writes of a synchronization. */
  #clusterCallsOf(status: number) {
    const labels = { target: 'kubernetes', code: String(status) };
    const outcome = status >= 200 && status < 400 ? 'ok' : 'error';
    const counters = {
      count: this.#requests.labels({ ...labels, outcome }),
      duration: this.#durations.labels(labels),
    };
    this.#clusterCalls.set(status, counters);
    return counters;
  }

  /** Everything, in Prometheus' text format. */
  text(): Promise<string> {
    this.#lag.set(this.#lagMs() / 1_000);
    this.#memory.set(process.memoryUsage.rss());
    return this.#registry.metrics();
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #setSuspension(suspended: SuspensionObservation | undefined): void {
    for (const scope of SUSPENSION_SCOPES) this.#suspended.set({ scope }, suspended?.scope === scope ? 1 : 0);
    const until = suspended?.until;
    if (until === undefined) this.#suspendedUntil.remove();
    else this.#suspendedUntil.set(Date.parse(until) / 1_000);
  }

  #setCertificate({ credential }: Observation): void {
    if (!credential) {
      for (const gauge of [this.#notBefore, this.#notAfter, this.#renewAt]) gauge.remove();
      return;
    }
    this.#notBefore.set(credential.notBefore / 1_000);
    this.#notAfter.set(credential.notAfter / 1_000);
    this.#renewAt.set(credential.renewAt / 1_000);
  }

  #setSuccesses({ labels, now }: Observation, status: CompassConnectionStatus): void {
    const { connectionStatus, synchronizationStatus } = status;
    const times: Record<(typeof PHASES)[number], Time | undefined> = {
      connection: connectionStatus.lastSuccess,
      fetch: synchronizationStatus?.lastSuccessfulFetch,
      apply: synchronizationStatus?.lastSuccessfulApplication,
      labels: labels?.attempted && !labels.error ? new Date(now).toISOString() : undefined,
    };
    for (const phase of PHASES) {
      const time = times[phase];
      if (time) this.#lastSuccess.set({ phase }, Math.floor(Date.parse(time) / 1_000));
    }
  }

  /** Of each synchronization once, however often it is told. */
  #setSynchronization(observation: Observation): void {
    const outcome = currentOutcome(observation);
    if (!outcome || outcome === this.#counted) return;
    this.#counted = outcome;
    this.#held.set(outcome.held?.count ?? 0);
    this.#deletions.inc({ kind: 'Application' }, outcome.deleted.length);
    this.#deletions.inc({ kind: 'Secret' }, outcome.deletedSecrets);
    this.#syncDuration.set(outcome.durationMs / 1_000);
    this.#writeLimit.set(outcome.writeLimit);
  }

  #setApplications(observation: Observation): void {
    const outcome = currentOutcome(observation);
    if (!outcome) return;
    this.#pages.set(outcome.fetch.pages);
    if (!outcome.fetch.ok) return;
    const { present, inSync, failed, held } = outcome;
    const counts = {
      listed: outcome.fetch.listed,
      present,
      in_sync: inSync,
      failed: failed.length,
      held: held?.count ?? 0,
    };
    for (const [result, count] of Object.entries(counts)) this.#applications.set({ result }, count);
  }
}
