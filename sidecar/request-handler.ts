import type { CompassError, Reason } from '#common/errors.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import type { RequestVerb, SidecarRequest } from '#common/resources/requests.ts';
import type { Configuration } from './connection/configuration.ts';
import type { ConnectionResult } from './connection/connection-result.ts';
import type { Connection } from './connection/maintain.ts';
import type { CheckObservation } from './status/observation.ts';

/** What a pass knows when it comes to the requests: after the connection was looked after. */
export interface PassFacts {
  /** Undefined where there is no credential that Compass accepts. */
  readonly connection: Connection | undefined;
  /** The checked configuration, or the error that says what is wrong with it. */
  readonly configuration: Configuration | CompassError;
  readonly result: ConnectionResult;
  /** The CompassConnection; undefined where there is none. */
  readonly object: CompassConnection | undefined;
  /** Set when the program is told to stop: what was not finished is asked for again at the next start. */
  readonly signal: AbortSignal;
}

/** The answer to one request, as the report shows it. */
export interface RequestAnswer {
  readonly result: 'succeeded' | 'failed' | 'refused' | 'superseded';
  /** Why it did not succeed. */
  readonly reason?: Reason | undefined;
  /** For people, without secrets. */
  readonly message?: string | undefined;
  /** The `x-request-id` of the call of Compass that failed. */
  readonly requestId?: string | undefined;
  readonly counts?: Readonly<Record<string, number>> | undefined;
  /** What a `check` found; the report keeps the last one. */
  readonly check?: CheckObservation | undefined;
}

/**
 * Carries out one request; called once for each id, between two other things of a pass, so it must come to an end. What it
 * throws is the answer that it failed. It may be called anew for the same id after a crash.
 */
export type RequestHandler = (request: SidecarRequest, pass: PassFacts) => Promise<RequestAnswer>;

/** Every verb that a handler carries out; the other verbs belong to the pass itself, or are refused. */
export type RequestHandlers = Readonly<Partial<Record<RequestVerb, RequestHandler>>>;
