import type { Clock } from '#common/clock.ts';
import type { CompassConnectionStatus } from '#common/resources/compass-connection.ts';
import type { Observation } from '../status/observation.ts';
import { LateMetrics } from './late-metrics.ts';
import { Liveness } from './liveness.ts';
import { Readiness } from './readiness.ts';
import { type HealthServer, serveHealth } from './server.ts';
import type { Verdict } from './verdict.ts';

/** What else the process offers, and says of it. */
export interface Beside {
  verdict(): Verdict;
  /** In Prometheus' text format. */
  metrics(): string;
}

/** What the sidecar says of itself over HTTP: told of what happens, asked by probes and Prometheus. */
export class Health {
  readonly liveness: Liveness;
  readonly readiness: Readiness;
  readonly metrics: LateMetrics;

  constructor(clock: Clock, version: string) {
    this.liveness = new Liveness(clock);
    this.readiness = new Readiness(clock);
    this.metrics = new LateMetrics(version, () => this.liveness.lagMs);
  }

  /** Told of every pass of the leader. */
  readonly onObservation = (observation: Observation, status: CompassConnectionStatus): void => {
    this.readiness.onObservation(observation, status.connectionState);
    this.metrics.onObservation(observation, status);
  };

  /** Told by a replica that begins to lead. */
  readonly onLeading = (hasCredentials: boolean): void => {
    this.readiness.onLeading(hasCredentials);
    this.metrics.setLeader(true);
  };

  /** Told by the leader while somebody else works on the connection, and why it waits. */
  readonly onParked = (why: string): void => {
    this.readiness.onParked(why);
    this.metrics.onParked();
  };

  /** Told now and then by a replica that waits for the Lease. */
  readonly onStandby = (hasCredentials: boolean, leader?: string): void => {
    this.readiness.onStandby(hasCredentials, leader);
    this.metrics.setLeader(false);
  };

  /** Serves on all interfaces, and watches the event loop until `signal` aborts. Throws InvalidSetting for a port in use. */
  async serve(port: number, signal: AbortSignal, beside?: Beside): Promise<HealthServer> {
    const server = await serveHealth(port, {
      live: () => this.liveness.verdict(),
      ready: () => this.#ready(beside),
      metrics: async () => (await this.metrics.text()) + (beside?.metrics() ?? ''),
    });
    void this.liveness.watch(signal);
    return server;
  }

  /** What is offered beside is said as well, and where it does not work, not ready. */
  #ready(beside: Beside | undefined): Verdict {
    const own = this.readiness.verdict();
    const other = beside?.verdict();
    return other && own.ok ? { ok: other.ok, text: `${own.text}; ${other.text}` } : own;
  }
}
