import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { LEASE } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { errorFields, type Log } from '#common/log.ts';
import { type Lease, newHolderIdentity, podOfHolder } from '#common/resources/lease.ts';
import { ownObjectNames, SIDECAR_FIELD_MANAGER, SIDECAR_LABELS } from '#common/resources/names.ts';
import type { Config } from '../config.ts';
import {
  ALONE_AFTER_MS,
  CALL_LIMIT_MS,
  durationMsOf,
  heldBy,
  LEASE_DURATION_MS,
  RENEW_PERIOD_MS,
  RETRY_PERIOD_MS,
  released,
  STANDBY_PERIOD_MS,
} from './lease.ts';

export interface LeadershipOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly config: Pick<Config, 'connectionName' | 'ownNamespace' | 'podName'>;
  /** Told when this replica begins to lead or stops. */
  readonly onChange: () => void;
}

interface Observed {
  readonly record: string;
  readonly sinceMs: number;
}

/**
 * Leader election by a Lease, as client-go does it: clocks are never compared. A standby takes the Lease when what it
 * sees of it has not changed for its whole duration on its own monotonic clock; a leader counts as such for one duration after
 * its last renewal began, so that it has stopped before anybody else may start.
 */
export class Leadership {
  readonly #options: LeadershipOptions;
  readonly #identity: string;
  #leadsUntilMs = Number.NEGATIVE_INFINITY;
  #observed: Observed | undefined;
  #holder: string | null | undefined;
  #forbiddenSinceMs: number | undefined;
  #hasSeenOther = false;
  #worksAlone = false;
  #term = 0;

  constructor(options: LeadershipOptions) {
    this.#options = { ...options, cluster: options.cluster.within(CALL_LIMIT_MS) };
    this.#identity = newHolderIdentity(options.config.podName);
  }

  /** Whether this replica may act now. */
  get isLeader(): boolean {
    return this.#options.clock.monotonicMs() < this.#leadsUntilMs;
  }

  /** Whether this replica leads without a Lease, since it has no right to one: another that has none either may do so, too. */
  get worksAlone(): boolean {
    return this.#worksAlone && this.isLeader;
  }

  /** Another number each time that this replica begins to lead: somebody else may have led in between. */
  get term(): number {
    return this.#term;
  }

  /** The pod that leads, as far as is known. */
  get leader(): string | undefined {
    return podOfHolder(this.#holder);
  }

  /** Takes, keeps and watches the Lease until `until` aborts; then gives it up. */
  async run(until: AbortSignal): Promise<void> {
    const { clock, random, onChange } = this.#options;
    while (!until.aborted) {
      const led = this.isLeader;
      const isRenewed = await this.#round();
      if (led !== this.isLeader) onChange();
      const leaderPeriodMs = isRenewed ? RENEW_PERIOD_MS : RETRY_PERIOD_MS;
      const periodMs = this.isLeader ? leaderPeriodMs : STANDBY_PERIOD_MS;
      await clock.sleep(periodMs * (0.9 + 0.2 * random()), until);
    }
    await this.#release();
  }

  /** Whether this replica leads from now on for a whole duration. */
  async #round(): Promise<boolean> {
    const { clock, log } = this.#options;
    const startedMs = clock.monotonicMs();
    try {
      const isTaken = await this.#takeOrKeep();
      this.#forbiddenSinceMs = undefined;
      this.#worksAlone = false;
      if (isTaken) this.#lead(startedMs);
      else this.#leadsUntilMs = Number.NEGATIVE_INFINITY;
      return isTaken;
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      if (hasReason(error, 'ClusterForbidden')) return this.#leadAlone(startedMs, error);
      this.#forbiddenSinceMs = undefined;
      if (!hasReason(error, 'ClusterConflict')) log.debug('the Lease was not renewed', errorFields(error));
      return false;
    }
  }

  /**
   * Without the right to Leases (the reference agent's account has none) there is nobody to agree with: but only who was
   * refused for so long that it is no mishap, and never saw that somebody else holds the Lease, may take himself for the only one.
   */
  #leadAlone(startedMs: number, error: CompassError): boolean {
    const { log } = this.#options;
    if (this.#forbiddenSinceMs === undefined) log.warn('no right to the Lease', errorFields(error));
    this.#forbiddenSinceMs ??= startedMs;
    if (this.#hasSeenOther || startedMs - this.#forbiddenSinceMs < ALONE_AFTER_MS) return false;
    if (!this.#worksAlone) {
      log.warn('no right to the Lease: working as if this were the only replica', errorFields(error));
    }
    this.#worksAlone = true;
    this.#holder = this.#identity;
    this.#lead(startedMs);
    return true;
  }

  #lead(sinceMs: number): void {
    if (!this.isLeader) this.#term += 1;
    this.#leadsUntilMs = sinceMs + LEASE_DURATION_MS;
  }

  /** True when the Lease is ours, and was renewed. */
  async #takeOrKeep(): Promise<boolean> {
    const { cluster, clock } = this.#options;
    const lease = await cluster.find<Lease>(this.#ref);
    this.#observe(lease);
    if (lease && !this.#isFree(lease)) return false;
    const spec = heldBy(this.#identity, lease?.spec, clock.now());
    const options = { fieldManager: SIDECAR_FIELD_MANAGER };
    const written = lease
      ? await cluster.replace<Lease>(LEASE, { ...lease, spec }, options)
      : await cluster.create<Lease>(LEASE, this.#newLease(spec), options);
    this.#observe(written);
    return true;
  }

  #observe(lease: Lease | undefined): void {
    this.#holder = lease?.spec?.holderIdentity;
    // The container of this Pod that ran before is certainly gone.
    const pod = podOfHolder(this.#holder);
    if (pod !== undefined && pod !== this.#options.config.podName) this.#hasSeenOther = true;
    const record = JSON.stringify([lease?.spec?.holderIdentity, lease?.spec?.renewTime, lease?.metadata.uid]);
    if (record !== this.#observed?.record) this.#observed = { record, sinceMs: this.#options.clock.monotonicMs() };
  }

  #isFree({ spec }: Lease): boolean {
    if (!spec?.holderIdentity || spec.holderIdentity === this.#identity) return true;
    const silentMs = this.#options.clock.monotonicMs() - (this.#observed?.sinceMs ?? Number.POSITIVE_INFINITY);
    return silentMs >= durationMsOf(spec);
  }

  async #release(): Promise<void> {
    const { cluster, clock, log } = this.#options;
    this.#leadsUntilMs = Number.NEGATIVE_INFINITY;
    try {
      const lease = await cluster.find<Lease>(this.#ref);
      if (lease?.spec?.holderIdentity !== this.#identity) return;
      await cluster.replace<Lease>(LEASE, { ...lease, spec: released(lease.spec, clock.now()) });
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      log.debug('the Lease was not given up; it runs out by itself', errorFields(error));
    }
  }

  get #ref() {
    const { connectionName, ownNamespace: namespace } = this.#options.config;
    return { kind: LEASE, namespace, name: ownObjectNames(connectionName).lease };
  }

  #newLease(spec: NonNullable<Lease['spec']>): Lease {
    const { name, namespace } = this.#ref;
    const { apiVersion, kind } = LEASE;
    return { apiVersion, kind, metadata: { name, namespace, labels: SIDECAR_LABELS }, spec };
  }
}
