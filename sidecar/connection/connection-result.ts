import type { CompassError } from '#common/errors.ts';
import type { StoredCredential } from '#common/pki/certificate.ts';
import type { Warning } from '../status/observation.ts';
import type { Configuration } from './configuration.ts';
import type { Connection } from './maintain.ts';
import type { ManagementUrls, TokenRecord } from './state.ts';

/** What a pass knows before it looks after the connection. */
export interface ConnectionInput {
  /** The checked configuration, or the error that says what is wrong with it. */
  readonly configuration: Configuration | CompassError;
  /** URLs in the CompassConnection, where they are trusted; those of the state serve otherwise. */
  readonly specUrls: ManagementUrls | undefined;
  readonly isReconnectAskedFor: boolean;
  readonly isRenewalAskedFor: boolean;
  /** The Director refused the credential since the last pass: the Connector is asked what it thinks of it. */
  readonly isSuspect: boolean;
}

/** What one kind of step came to: pairing, upkeep, or waiting. */
export interface Outcome {
  /** Undefined where there is no credential that Compass accepts. */
  readonly connection: Connection | undefined;
  /** What was tried last, in this pass (`attempted`) or before. */
  readonly step: 'none' | 'establish' | 'maintain';
  readonly attempted: boolean;
  readonly error?: unknown;
  /** A new pairing was asked for, and this keeps it from happening, while the present connection serves. */
  readonly reconnectError?: CompassError | undefined;
  readonly did?: 'paired' | 'renewed';
  /** Compass refused the credential in this very step: what that means is for the next pass, at once. */
  readonly isRefusal?: boolean;
}

/** How the connection stands after the step. */
export interface ConnectionResult extends Outcome {
  /** The certificate that is stored, accepted or not. */
  readonly credential: StoredCredential | undefined;
  /** When that certificate is to be renewed, in ms since the epoch. */
  readonly renewAt: number | undefined;
  /** What is known of the token in the configuration; undefined where the configuration cannot be read. */
  readonly token: 'none' | 'unused' | TokenRecord['outcome'] | undefined;
  /** Set where the client Secret was written back in this step: why, for people. */
  readonly restored?: string | undefined;
  /** What works but should not be so. */
  readonly warnings: readonly Warning[];
  /** In how many ms there is something to do by itself; Infinity where only a change from outside can help. */
  readonly dueInMs: number;
}
