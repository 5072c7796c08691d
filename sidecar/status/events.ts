import { randomBytes } from 'node:crypto';
import { type Clock, formatTime } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { EVENT, type KubeObject } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { errorFields, type Log } from '#common/log.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { SIDECAR_FIELD_MANAGER } from '#common/resources/names.ts';
import { clip } from './error-text.ts';
import type { Occurrence } from './state-events.ts';

export interface EventRecorderOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Log;
  readonly connectionName: string;
  readonly podName: string;
}

/** Events of cluster-scoped objects lie there (API reference, Event v1 core: involvedObject without a namespace). */
const EVENTS_NAMESPACE = 'default';

const QUIET_MS = 60_000;

/** What the API server takes in an Event's message. */
const LONGEST_MESSAGE = 1_024;

interface CoreEvent extends KubeObject {
  readonly count?: number;
}

interface Recorded {
  readonly name: string;
  readonly message: string;
  readonly count: number;
  /** On the monotonic clock. */
  readonly atMs: number;
  /** Occurrences since, which were too soon to be written. */
  readonly missed: number;
}

/**
 * Tells the cluster's Events what happened to the CompassConnection: one a minute for each reason at most (L9), the same
 * message again as a higher count. Events are for people who look; that one cannot be written is logged and no more.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #recorded = new Map<string, Recorded>();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  async record(connection: CompassConnection | undefined, occurrences: readonly Occurrence[]): Promise<void> {
    for (const occurrence of occurrences) {
      try {
        await this.#record(connection, occurrence);
      } catch (error) {
        if (!(error instanceof CompassError)) throw error;
        this.#options.log.debug('an Event was not written', { ...errorFields(error), event: occurrence.reason });
      }
    }
  }

  async #record(connection: CompassConnection | undefined, occurrence: Occurrence): Promise<void> {
    const atMs = this.#options.clock.monotonicMs();
    const { reason } = occurrence;
    const message = clip(occurrence.message, LONGEST_MESSAGE);
    const before = this.#recorded.get(reason);
    if (before && atMs - before.atMs < QUIET_MS) {
      this.#recorded.set(reason, { ...before, missed: before.missed + 1 });
      return;
    }
    // taken note of before the write, so that a server that refuses Events is not asked more often either
    const count = before?.message === message ? before.count + before.missed + 1 : 1;
    const name =
      count > 1 && before ? before.name : `${this.#options.connectionName}.${randomBytes(8).toString('hex')}`;
    this.#recorded.set(reason, { name, message, count, atMs, missed: 0 });
    if (count > 1 && (await this.#repeat(name, count))) return;
    await this.#create(connection, { ...occurrence, message }, name, count);
  }

  /** False where the Event has expired meanwhile. */
  async #repeat(name: string, count: number): Promise<boolean> {
    const { cluster, clock } = this.#options;
    const ref = { kind: EVENT, name, namespace: EVENTS_NAMESPACE };
    try {
      await cluster.mergePatch(
        ref,
        { count, lastTimestamp: formatTime(clock.now()) },
        { fieldManager: SIDECAR_FIELD_MANAGER },
      );
      return true;
    } catch (error) {
      if (hasReason(error, 'ClusterNotFound')) return false;
      throw error;
    }
  }

  async #create(
    connection: CompassConnection | undefined,
    { type, reason, message }: Occurrence,
    name: string,
    count: number,
  ): Promise<void> {
    const { cluster, clock, connectionName, podName } = this.#options;
    const { uid, resourceVersion } = connection?.metadata ?? {};
    const time = formatTime(clock.now());
    const event = {
      apiVersion: EVENT.apiVersion,
      kind: EVENT.kind,
      metadata: { name, namespace: EVENTS_NAMESPACE },
      involvedObject: {
        apiVersion: COMPASS_CONNECTION.apiVersion,
        kind: COMPASS_CONNECTION.kind,
        name: connectionName,
        ...(uid ? { uid } : {}),
        ...(resourceVersion ? { resourceVersion } : {}),
      },
      type,
      reason,
      message,
      count,
      firstTimestamp: time,
      lastTimestamp: time,
      source: { component: 'compass-sidecar', host: podName },
      reportingComponent: 'compass-sidecar',
      reportingInstance: podName,
    };
    await cluster.create<CoreEvent>(EVENT, event, { fieldManager: SIDECAR_FIELD_MANAGER });
  }
}
