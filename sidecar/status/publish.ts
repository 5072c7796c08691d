import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { discoverKind } from '#common/cluster/discovery.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { errorFields, type Log } from '#common/log.ts';
import {
  COMPASS_CONNECTION,
  type CompassConnection,
  type CompassConnectionStatus,
} from '#common/resources/compass-connection.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { REPORT_SCHEMA_VERSION, type ReportedRequest } from '#common/resources/report.ts';
import type { Sensitive } from '#common/sensitive.ts';
import type { Config } from '../config.ts';
import type { Done } from './connection-patch.ts';
import { connectionStatus } from './connection-status.ts';
import { clip } from './error-text.ts';
import { EventRecorder } from './events.ts';
import { newerStatus } from './newer-status.ts';
import type { Observation, StepObservation, Warning } from './observation.ts';
import { parkedStatus } from './parked-status.ts';
import { readStatus } from './read-status.ts';
import { buildReport, reportedSteps } from './report.ts';
import { reportedRequests } from './report-requests.ts';
import { passingEvents, stateEvents } from './state-events.ts';
import { ReportWriter } from './write-report.ts';
import { StatusWriter } from './write-status.ts';

export interface PublisherOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: Pick<
    Config,
    | 'connectionName'
    | 'ownNamespace'
    | 'statusPeriodMs'
    | 'podName'
    | 'configurationSecret'
    | 'clientSecret'
    | 'caSecret'
    | 'integrationNamespace'
  >;
  /** What keys the fingerprints in the report, as soon as it is known. */
  readonly fingerprintKey: () => Sensitive | undefined;
  /** Told after every pass, whether or not anything was written: for the metrics. */
  readonly observe?: (observation: Observation, status: CompassConnectionStatus) => void;
  /** Told after every pass that wrote nothing because somebody else works on the connection. */
  readonly onParked?: (why: string) => void;
}

/** The CompassConnection, as far as it can be read. */
export interface ReadConnection {
  /** False where its definition is missing, and to whom may not read it. */
  readonly served: boolean;
  /** False where its definition is missing. */
  readonly isDefined: boolean;
  readonly object: CompassConnection | undefined;
}

/** What a pass has to tell before it ends. */
export interface ProgressObservation extends Pick<Observation, 'requests'> {
  /** Undefined leaves those that are reported. */
  readonly steps: readonly StepObservation[] | undefined;
}

const DEFINITION_MISSING: Warning = {
  type: 'DefinitionMissing',
  message: 'the CompassConnection definition (CRD) is not installed, so that the status is in the report alone',
};

/**
 * The CompassConnection in the cluster, and all that is written about it: status, report, Events. What cannot be
 * written is logged and tried again with the next pass: the truth about a connection must not stand in its way.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #status: StatusWriter;
  readonly #report: ReportWriter;
  readonly #events: EventRecorder;
  /** The last status to the second, where the one in the cluster is as old as the period allows. */
  #exact: CompassConnectionStatus | undefined;
  /** Why there is no CompassConnection to write to. */
  #obstacle: Warning | undefined;
  #progress: ProgressObservation | undefined;
  #isTelling = false;

  constructor(options: PublisherOptions) {
    const { cluster, clock, log, config } = options;
    const { connectionName, podName, ownNamespace: namespace, statusPeriodMs: periodMs } = config;
    this.#options = options;
    this.#status = new StatusWriter(cluster, connectionName);
    this.#report = new ReportWriter({
      cluster,
      clock,
      namespace,
      name: ownObjectNames(connectionName).report,
      periodMs,
    });
    this.#events = new EventRecorder({ cluster, clock, log, connectionName, podName });
  }

  /**
   * The object, and whether it is served at all: not where its definition is missing, and not to whom may not read it.
   * Throws CompassError as Cluster does.
   */
  async read(): Promise<ReadConnection> {
    const { cluster, config } = this.#options;
    try {
      const object = await cluster.find<CompassConnection>({ kind: COMPASS_CONNECTION, name: config.connectionName });
      const served = object !== undefined || (await discoverKind(cluster, COMPASS_CONNECTION)).served;
      this.#obstacle = served ? undefined : DEFINITION_MISSING;
      return { served, isDefined: served, object };
    } catch (error) {
      if (!hasReason(error, 'ClusterForbidden')) throw error;
      this.#obstacle = { type: 'ConnectionForbidden', message: error.message };
      return { served: false, isDefined: true, object: undefined };
    }
  }

  /**
   * The requests that the report answers, also those of another replica. None where reading it is not permitted: then a
   * request is carried out anew after a restart. Throws CompassError as Cluster does.
   */
  async readRequests(): Promise<readonly ReportedRequest[]> {
    try {
      return (await this.#report.read())?.requests ?? [];
    } catch (error) {
      if (hasReason(error, 'ClusterForbidden')) return [];
      throw error;
    }
  }

  /** Another replica may have written since. */
  forget(): void {
    this.#report.forget();
  }

  /**
   * Puts what is under way into the report, at once and beside the pass that does it: several in a row are one write, and one
   * that fails is forgotten, because the pass's own end says the same.
   */
  tell(progress: ProgressObservation): void {
    this.#progress = progress;
    if (!this.#isTelling) void this.#tellAll();
  }

  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    for (let progress = this.#progress; progress; progress = this.#progress) {
      this.#progress = undefined;
      await this.#tellOnce(progress);
    }
    this.#isTelling = false;
  }

  async #tellOnce(progress: ProgressObservation): Promise<void> {
    const { connectionName: connection } = this.#options.config;
    try {
      await this.#report.write((previous = { schemaVersion: REPORT_SCHEMA_VERSION, connection }) => ({
        ...previous,
        requests: reportedRequests(previous, progress),
        ...(progress.steps ? { steps: reportedSteps(progress.steps) } : {}),
      }));
    } catch (error) {
      this.#options.log.debug('the steps were not written', errorFields(error));
    }
  }

  /**
   * Writes what differs, takes off the object what is `done`, and returns the object as it is then: undefined where there
   * is none any more. An object that the pass found absent is created.
   */
  async publish(
    read: CompassConnection | undefined,
    observation: Observation,
    done: Done = {},
  ): Promise<CompassConnection | undefined> {
    const facts = this.#withOwnWarnings(observation);
    const before = newerStatus(this.#exact, readStatus(read));
    const status = connectionStatus(before, facts);
    this.#exact = status;
    this.#options.observe?.(facts, status);
    const requested = facts.requested || isAnything(done);
    // The answers first: a request whose annotation is gone must not be left without one by a crash in between.
    await this.#writeReport(status, facts, requested);
    const connection = await this.#writeStatus(read, status, facts, done, requested);
    await this.#events.record(connection, [...stateEvents(before, status), ...passingEvents(facts)]);
    return connection;
  }

  /** Says that nothing else is written, and why. What the status says then is for those who work on it. */
  async park(read: CompassConnection | undefined, why: CompassError): Promise<void> {
    const { config, clock, log, onParked } = this.#options;
    const { connectionName: connection, statusPeriodMs: periodMs } = config;
    onParked?.(why.message);
    const now = clock.now();
    const before = readStatus(read);
    const status = parkedStatus(before, why, { now, generation: read?.metadata.generation });
    this.#exact = undefined;
    const warnings = [{ type: why.reason, message: clip(why.message) }];
    await this.#tryReport((previous = { schemaVersion: REPORT_SCHEMA_VERSION, connection }) => {
      return { ...previous, warnings, conditions: status.conditions ?? [] };
    });
    const written = read && (await this.#status.write(read, { status, settle: { now, periodMs } }));
    if (written?.error) log.warn('the status was not written', errorFields(written.error));
    await this.#events.record(written?.connection, stateEvents(read ? before : status, status));
  }

  #withOwnWarnings(observation: Observation): Observation {
    const obstacle = this.#obstacle;
    return obstacle ? { ...observation, warnings: [...observation.warnings, obstacle] } : observation;
  }

  async #writeStatus(
    read: CompassConnection | undefined,
    status: CompassConnectionStatus,
    { now, urls }: Observation,
    done: Done,
    requested: boolean,
  ): Promise<CompassConnection | undefined> {
    if (this.#obstacle) return undefined;
    const { config, log } = this.#options;
    const settle = { now, periodMs: config.statusPeriodMs, requested };
    const { connection, error } = await this.#status.write(read, { status, urls, done, settle });
    if (error) log.warn('the status was not written', errorFields(error));
    return connection;
  }

  async #writeReport(status: CompassConnectionStatus, observation: Observation, requested: boolean): Promise<void> {
    const { config, fingerprintKey } = this.#options;
    const { configurationSecret: configuration, clientSecret: client, caSecret: ca, integrationNamespace } = config;
    const places = { configuration, client, ca, integrationNamespace };
    const context = { connectionName: config.connectionName, places, fingerprintKey: fingerprintKey() };
    await this.#tryReport((previous) => buildReport(previous, status, observation, context), requested);
  }

  async #tryReport(...write: Parameters<ReportWriter['write']>): Promise<void> {
    try {
      await this.#report.write(...write);
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      this.#options.log.warn('the report was not written', errorFields(error));
    }
  }
}

function isAnything({ resyncNow, refreshCredentialsNow, requests }: Done): boolean {
  return resyncNow === true || refreshCredentialsNow === true || (requests ?? []).length > 0;
}
