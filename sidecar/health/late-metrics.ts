import type { ObservedCall } from '#common/compass/endpoint.ts';
import type { CompassConnectionStatus } from '#common/resources/compass-connection.ts';
import type { Observation } from '../status/observation.ts';
import type { ClusterCall, Metrics } from './metrics.ts';

/** What is told before so much of it was is kept until then: a start tells less. */
const MOST_KEPT = 100;

/**
 * The metrics, counted from the start on, while their library is loaded by the first scrape, or soon after the start: that is
 * a tenth of what a start computes, and nobody reads them before.
 */
export class LateMetrics {
  readonly #version: string;
  readonly #lagMs: () => number;
  #kept: ((metrics: Metrics) => void)[] = [];
  #loading: Promise<Metrics> | undefined;
  #metrics: Metrics | undefined;

  /** `lagMs` is how late the event loop last turned, in milliseconds: asked at each scrape. */
  constructor(version: string, lagMs: () => number) {
    this.#version = version;
    this.#lagMs = lagMs;
  }

  setLeader(isLeader: boolean): void {
    this.#tell((metrics) => metrics.setLeader(isLeader));
  }

  /** Told of every pass and the status that followed from it. */
  onObservation(observation: Observation, status: CompassConnectionStatus): void {
    this.#tell((metrics) => metrics.onObservation(observation, status));
  }

  /** Told while somebody else works on the connection. */
  onParked(): void {
    this.#tell((metrics) => metrics.onParked());
  }

  /** Told of each call of Compass. */
  readonly onCompassCall = (call: ObservedCall): void => this.#tell((metrics) => metrics.onCompassCall(call));

  /** Told of each call of the Kubernetes API. */
  readonly onClusterCall = (call: ClusterCall): void => this.#tell((metrics) => metrics.onClusterCall(call));

  /** Everything, in Prometheus' text format. */
  async text(): Promise<string> {
    return (await this.#load()).text();
  }

  #tell(of: (metrics: Metrics) => void): void {
    if (this.#metrics) of(this.#metrics);
    else this.#kept.push(of);
    if (this.#kept.length >= MOST_KEPT) void this.#load();
  }

  #load(): Promise<Metrics> {
    this.#loading ??= import('./metrics.ts').then((module) => {
      const metrics = new module.Metrics(this.#version);
      metrics.readLagFrom(this.#lagMs);
      for (const of of this.#kept) of(metrics);
      this.#kept = [];
      this.#metrics = metrics;
      return metrics;
    });
    return this.#loading;
  }
}
