import type { CompassError } from '#common/errors.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import type { ReportedRequest } from '#common/resources/report.ts';
import type { Done } from './status/connection-patch.ts';
import type { Observation } from './status/observation.ts';
import type { ProgressObservation, ReadConnection } from './status/publish.ts';

/** The CompassConnection in the cluster, and everything that is written about the connection. */
export interface ConnectionResource {
  /** Nothing is concluded from an object that cannot be read: it throws. */
  read(): Promise<ReadConnection>;
  /** Says that nothing is written, and why; writes nothing else. Never throws for what may fail by itself. */
  park(read: CompassConnection | undefined, why: CompassError): Promise<void>;
  /**
   * Writes status, report, Events and metrics, as far as they differ, and takes off what is `done`; `read` is the object
   * as it is known. Returns the object as it is then. Never throws for what may fail by itself.
   */
  publish(
    read: CompassConnection | undefined,
    observation: Observation,
    done: Done,
  ): Promise<CompassConnection | undefined>;
  /** Puts what is under way into the report, beside the pass; returns at once and never throws. */
  tell(progress: ProgressObservation): void;
  /** The requests that the report answers already. */
  readRequests(): Promise<readonly ReportedRequest[]>;
  /** Another replica may have written since. */
  forget(): void;
}
