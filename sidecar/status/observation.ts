import type { Finding } from '#common/checks/finding.ts';
import type { CompassError, Reason } from '#common/errors.ts';
import type { PAIRING_STEPS } from '#common/resources/report.ts';
import type { RequestVerb } from '#common/resources/requests.ts';
import type { DeletionDecision } from '#common/sync/deletion-decision.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import type { ConnectionResult } from '../connection/connection-result.ts';

/**
 * What one reconcile pass saw and did: facts only, all of them current. Whatever a pass did not do itself it repeats
 * from the last one (`attempted: false`), so that status, report and metrics follow from this object alone.
 * Times are milliseconds since the epoch.
 */
export interface Observation {
  readonly now: number;
  /** `metadata.generation` of the CompassConnection that the pass read. */
  readonly generation?: number | undefined;
  readonly connection: ConnectionObservation;
  readonly credential?: CredentialObservation | undefined;
  /** What the credential was paired with; undefined before pairing. */
  readonly identity?: { readonly runtimeId: string; readonly tenant?: string | undefined } | undefined;
  readonly urls?: { readonly connectorUrl: string; readonly directorUrl: string } | undefined;
  readonly sync?: SyncObservation | undefined;
  readonly labels?: LabelsObservation | undefined;
  /** What a person decided on a plan of deletions, as long as it stands. */
  readonly decision?: DeletionDecision | undefined;
  /** Why the list of Secrets may be old. */
  readonly secretsUnpublished?: string | undefined;
  /** Set where a new pairing is asked for and has not come about, although the present connection works (K26): why. */
  readonly reconnect?: { readonly reason: Reason; readonly message: string } | undefined;
  readonly warnings: readonly Warning[];
  readonly requests: readonly RequestObservation[];
  readonly leader: LeaderObservation;
  /** The last call of the Connector, whatever it was for. */
  readonly connectorContact?: ContactObservation | undefined;
  readonly check?: CheckObservation | undefined;
  /** How the last pairing or renewal since the start went, or goes; undefined where there was none. */
  readonly steps?: readonly StepObservation[] | undefined;
  /** What is known of the token in the configuration; undefined where the configuration cannot be read. */
  readonly token?: ConnectionResult['token'];
  /** The Applications were deleted on request, in this pass. */
  readonly purge?: PurgeObservation | undefined;
  /** The client Secret was deleted or damaged, and was written back in this pass: what happened. */
  readonly restored?: string | undefined;
  readonly nextSyncAt?: number | undefined;
  /** Whether somebody asked for what this pass did: then the status shows its times at once. */
  readonly requested?: boolean | undefined;
}

/** How far the connection is: the establish step, the maintain step, or neither in this pass. */
export interface ConnectionObservation {
  readonly step: 'none' | 'establish' | 'maintain';
  /** Whether the step ran in this pass; else `ok` and `error` are those of the last one that did. */
  readonly attempted: boolean;
  readonly ok: boolean;
  readonly error?: CompassError | undefined;
  /** When this connection was established, in this pass or before; undefined where that is not known. */
  readonly established?: number | undefined;
  /** When the credential was renewed last. */
  readonly renewed?: number | undefined;
}

/** The client certificate in use. */
export interface CredentialObservation {
  /** SHA-256 of the leaf in lower-case hex; reported only keyed. */
  readonly fingerprint: string;
  /** That of the certificate in the client Secret, where it differs from the one in use. */
  readonly storedFingerprint?: string | undefined;
  readonly commonName?: string | undefined;
  readonly acquired?: number | undefined;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly renewAt: number;
  /** Its notBefore lies ahead of the server's clock. */
  readonly notYetValid?: boolean | undefined;
}

export interface ContactObservation {
  readonly time: number;
  readonly latencyMs: number;
  readonly error?: CompassError | undefined;
}

/** A synchronization, or why there is none. */
export interface SyncObservation {
  /** Whether it ended in this pass; else `outcome` is that of the last one. */
  readonly attempted: boolean;
  /** When the outcome came about. */
  readonly time?: number | undefined;
  /** Undefined until the first synchronization has ended. */
  readonly outcome?: SyncOutcome | undefined;
  readonly why?: SyncCause | undefined;
  readonly suspended?: SuspensionObservation | undefined;
}

/** What a synchronization was made for; `request` is also the CompassConnection's own flag. */
export type SyncCause = 'start' | 'takeover' | 'schedule' | 'request' | 'paired' | 'resumed' | 'decision';

/** What a person has suspended; times are RFC 3339. */
export interface SuspensionObservation {
  readonly scope: string;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly reason?: string | undefined;
  readonly by?: string | undefined;
  /** Applications that Compass does not list any more, and that stay for that; undefined where it is not known. */
  readonly waiting?: number | undefined;
}

export interface LabelsObservation {
  readonly attempted: boolean;
  readonly error?: CompassError | undefined;
}

/** Something that works but should not be so: shown as a condition, an Event and a metric. */
export interface Warning {
  readonly type: WarningType;
  readonly message: string;
}

export type WarningType =
  | 'TLSVerificationDisabled'
  | 'ClockSkew'
  | 'DefinitionMissing'
  /** The reference agent works on the same connection. */
  | 'ForeignAgent'
  /** The CompassConnection may not be read. */
  | 'ConnectionForbidden'
  /** The client certificate should have been renewed, and comes nearer to its end. */
  | 'RenewalOverdue'
  | 'Setting'
  /** Whether what a token gives can be stored could not be told beforehand. */
  | 'NotProvable'
  /** The CA Secret, which others read, cannot be written. */
  | 'CASecretForbidden'
  /** A used token could not be taken out of the configuration Secret. */
  | 'TokenKept'
  /** The certificate of the identity before is still accepted by Compass. */
  | 'OldCertificateValid';

export interface RequestObservation {
  readonly verb: RequestVerb;
  readonly id: string;
  /** Who asked, as they say. */
  readonly by?: string | undefined;
  readonly acceptedAt: number;
  readonly finishedAt?: number | undefined;
  readonly result?: 'succeeded' | 'failed' | 'superseded' | 'refused' | undefined;
  readonly reason?: Reason | undefined;
  readonly message?: string | undefined;
  readonly requestId?: string | undefined;
  readonly counts?: Readonly<Record<string, number>> | undefined;
}

export interface StepObservation {
  readonly time: number;
  readonly step: (typeof PAIRING_STEPS)[number];
  readonly status: 'busy' | 'ok' | 'error';
  readonly message: string;
}

export interface PurgeObservation {
  /** Applications of this connection that are still there. */
  readonly remaining: number;
  readonly changes: SyncOutcome['changes'];
}

export interface LeaderObservation {
  readonly isLeader: boolean;
  /** The pod that holds the Lease; undefined where nobody is known to. */
  readonly pod?: string | undefined;
  readonly version: string;
}

export interface CheckObservation {
  readonly time: number;
  /** Of the request that asked for it. */
  readonly id?: string | undefined;
  readonly results: readonly Finding[];
}
