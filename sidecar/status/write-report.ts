import { type Clock, formatTime } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { SIDECAR_FIELD_MANAGER, SIDECAR_LABELS } from '#common/resources/names.ts';
import { renderReport } from '#common/resources/render-report.ts';
import { REPORT_KEY, type Report, readReport } from '#common/resources/report.ts';
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

/** How often a report is built anew on what somebody else wrote meanwhile. */
const MOST_TRIES = 4;

/**
 * Keeps the report's ConfigMap: read once, at start, for its history, and written only when there is something to say, and
 * only over what was read: another replica may lead by the time that a write arrives.
 */
export class ReportWriter {
  readonly #options: ReportWriterOptions;
  /** The last report that was stored, and the last one at all: the history goes on where a write failed. */
  #written: Report | undefined;
  #latest: Report | undefined;
  /** Of the ConfigMap; undefined where there is none. */
  #version: string | undefined;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  #isRead = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: ReportWriterOptions) {
    this.#options = options;
  }

  /**
   * Writes what `build` makes of the last report, if that is due; one write after the other. Throws CompassError as Cluster
   * does; then the report is due again at the next call.
   */
  write(build: (previous: Report | undefined) => Report, requested = false): Promise<void> {
    return this.#inTurn(() => this.#write(build, requested));
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
    this.#isRead = false;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  async #write(build: (previous: Report | undefined) => Report, requested: boolean): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#writeOnce(build, requested);
      } catch (error) {
        const isDeleted = hasReason(error, 'ClusterNotFound') && this.#version !== undefined;
        if (!isDeleted && !hasReason(error, 'ClusterConflict', 'ClusterAlreadyExists')) throw error;
        this.#isRead = false;
        if (tries === MOST_TRIES) throw error;
      }
    }
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
    await this.#store(renderReport(report));
    this.#written = report;
    this.#writtenAtMs = times.nowMs;
  }

  async #readOnce(): Promise<void> {
    if (this.#isRead) return;
    const { cluster, name, namespace } = this.#options;
    const present = await cluster.find<ConfigMap>({ kind: CONFIG_MAP, name, namespace });
    this.#written = readReport(present?.data?.[REPORT_KEY]);
    this.#latest = this.#written;
    this.#version = present?.metadata.resourceVersion;
    this.#isRead = true;
  }

  async #store(text: string): Promise<void> {
    const { cluster, name, namespace } = this.#options;
    const { apiVersion, kind } = CONFIG_MAP;
    const options = { fieldManager: SIDECAR_FIELD_MANAGER };
    const metadata = { labels: SIDECAR_LABELS };
    const data = { [REPORT_KEY]: text };
    const stored =
      this.#version === undefined
        ? await cluster.create<ConfigMap>(
            CONFIG_MAP,
            { apiVersion, kind, metadata: { ...metadata, name, namespace }, data },
            options,
          )
        : await cluster.mergePatch<ConfigMap>(
            { kind: CONFIG_MAP, name, namespace },
            { metadata: { ...metadata, resourceVersion: this.#version }, data },
            options,
          );
    this.#version = stored.metadata.resourceVersion;
  }
}
