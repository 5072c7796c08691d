import { type Clock, formatTime } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { SIDECAR_LABELS } from '#common/resources/names.ts';
import { renderReport } from '#common/resources/render-report.ts';
import { REPORT_KEY, type Report, readReport } from '#common/resources/report.ts';
import { OwnConfigMap } from './own-config-map.ts';
import { isReportDue } from './settle-report.ts';

export interface ReportWriterOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly namespace: string;
  /** Name of the ConfigMap. */
  readonly name: string;
  /** APP_STATUS_PERIOD, in milliseconds. */
  readonly periodMs: number;
}

/**
 * Keeps the report's ConfigMap: read once, at start, for its history, and written only when there is something to say, and
 * only over what was read: another replica may lead by the time that a write arrives.
 */
export class ReportWriter {
  readonly #options: ReportWriterOptions;
  readonly #map: OwnConfigMap;
  /** The last report that was stored, and the last one at all: the history goes on where a write failed. */
  #written: Report | undefined;
  #latest: Report | undefined;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: ReportWriterOptions) {
    const { cluster, namespace, name } = options;
    this.#options = options;
    this.#map = new OwnConfigMap({ cluster, namespace, name, key: REPORT_KEY, labels: SIDECAR_LABELS });
  }

  /**
   * Writes what `build` makes of the last report, if that is due; one write after the other. Throws CompassError as Cluster
   * does; then the report is due again at the next call.
   */
  write(build: (previous: Report | undefined) => Report, requested = false): Promise<void> {
    return this.#inTurn(() => this.#map.overTheLatest(() => this.#writeOnce(build, requested)));
  }

  /** The report as it was read at the start or written since. Throws CompassError as Cluster does. */
  read(): Promise<Report | undefined> {
    return this.#inTurn(async () => {
      await this.#readOnce();
      return this.#latest;
    });
  }

  /** Another replica may have written since: the next use reads anew. */
  forget(): void {
    this.#map.forget();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  async #writeOnce(build: (previous: Report | undefined) => Report, requested: boolean): Promise<void> {
    await this.#readOnce();
    const { clock, periodMs } = this.#options;
    const wanted = build(this.#latest);
    this.#latest = wanted;
    const times = { nowMs: clock.monotonicMs(), writtenAtMs: this.#writtenAtMs, periodMs: requested ? 0 : periodMs };
    if (!isReportDue(this.#written, wanted, times)) return;
    const report: Report = {
      ...wanted,
      generation: (this.#written?.generation ?? 0) + 1,
      writtenAt: formatTime(clock.now()),
    };
    await this.#map.store(renderReport(report));
    this.#written = report;
    this.#writtenAtMs = times.nowMs;
  }

  async #readOnce(): Promise<void> {
    if (this.#map.isRead) return;
    this.#written = readReport(await this.#map.read());
    this.#latest = this.#written;
  }
}
