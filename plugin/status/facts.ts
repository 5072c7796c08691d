import type {
  ReportedChange,
  ReportedCondition,
  ReportedRequest,
  ReportedStep,
  ReportedWarning,
} from '#common/resources/report.ts';
import type { MissingRight } from '../connection/right.ts';
import type { SuspensionFacts } from '../suspension/words.ts';

/**
 * What is known about one connection, from whatever source: the sidecar's report, or, without one, the
 * CompassConnection alone. Every part may be missing, since an older sidecar, a partial right or the source did not give
 * it; the screen then says so. Times are milliseconds since the epoch.
 */
export interface ConnectionFacts {
  readonly name: string;
  /** Where the facts come from: `nothing` where neither is there. */
  readonly source: 'report' | 'resource' | 'nothing';
  /** Whether its report outlives it. */
  readonly isGone?: boolean | undefined;
  /** One of the seven states, or whatever another agent wrote. */
  readonly state?: string | undefined;
  readonly runtimeId?: string | undefined;
  readonly tenant?: string | undefined;
  /** The sidecar's own namespace, where it was found. */
  readonly namespace?: string | undefined;
  readonly connectorUrl?: string | undefined;
  readonly directorUrl?: string | undefined;
  readonly identity?: IdentityFacts | undefined;
  readonly connector?: ContactFacts | undefined;
  readonly director?: (ContactFacts & ListingFacts) | undefined;
  readonly sync?: SyncFacts | undefined;
  readonly agent?: AgentFacts | undefined;
  readonly nextSyncAt?: number | undefined;
  readonly conditions: readonly ReportedCondition[];
  /** What works and should not be so, apart from what a condition says. */
  readonly warnings: readonly ReportedWarning[];
  /** The last changes, newest first. */
  readonly changes: readonly ReportedChange[];
  /** What was asked of the sidecar, newest first. */
  readonly requests: readonly ReportedRequest[];
  /** The steps of the last pairing or renewal, in their order. */
  readonly steps: readonly ReportedStep[];
  /** Whether the CompassConnection asks for a renewal by its own flag. */
  readonly isRenewalAsked?: boolean | undefined;
  /** When anybody last wrote the status of the CompassConnection; known without a report only. */
  readonly writtenAt?: number | undefined;
  /** Lists that the report cut, and how many items each lost. */
  readonly omitted: Readonly<Record<string, number>>;
  /** What could not be read, and the right that it takes. */
  readonly notPermitted: readonly MissingRight[];
  /** Sentences for people about the facts themselves: an old report, a deleted CompassConnection. */
  readonly remarks: readonly string[];
}

export interface IdentityFacts {
  readonly commonName?: string | undefined;
  readonly notBefore?: number | undefined;
  readonly notAfter?: number | undefined;
  readonly renewAt?: number | undefined;
  readonly renewed?: number | undefined;
  /** Keyed fingerprints: equal or not, nothing else may be read from them. */
  readonly inUse?: string | undefined;
  readonly stored?: string | undefined;
}

export interface ContactFacts {
  readonly time?: number | undefined;
  readonly latencyMs?: number | undefined;
  readonly error?: Fault | undefined;
}

export interface ListingFacts {
  readonly pages?: number | undefined;
  readonly listed?: number | undefined;
  readonly complete?: boolean | undefined;
  readonly incompleteBecause?: string | undefined;
}

export interface SyncFacts {
  readonly listed?: number | undefined;
  readonly present?: number | undefined;
  readonly inSync?: number | undefined;
  /** Secrets of theirs. */
  readonly secrets?: number | undefined;
  readonly failedCount?: number | undefined;
  /** The failed ones by name; fewer than `failedCount` where the report was cut. */
  readonly failed: readonly FailedApplicationFacts[];
  readonly held?: HeldFacts | undefined;
  readonly suspended?: SuspensionFacts | undefined;
  /** When one last ended: with success, where the source tells. */
  readonly endedAt?: number | undefined;
  readonly changedAt?: number | undefined;
  /** How many synchronizations have changed something. */
  readonly revision?: number | undefined;
  readonly error?: Fault | undefined;
}

export interface FailedApplicationFacts {
  readonly name: string;
  readonly id?: string | undefined;
  readonly reason: string;
  readonly message: string;
}

interface HeldFacts {
  readonly id: string;
  readonly count: number;
  /** How many would not have been held, and why these are. */
  readonly budget?: number | undefined;
  readonly why?: string | undefined;
  readonly since?: number | undefined;
  /** When it goes by itself; undefined where it does not. */
  readonly goesAt?: number | undefined;
  readonly decision?: string | undefined;
}

export interface AgentFacts {
  readonly version?: string | undefined;
  readonly leader?: string | undefined;
  /** Until when the leader's Lease holds; past it, nobody works. */
  readonly leaseUntil?: number | undefined;
  /** Of the leader's container, where its Pod may be read. */
  readonly restarts?: number | undefined;
  readonly restartedAt?: number | undefined;
}

/** What went wrong, by the table of reasons where the reason is in it. */
export interface Fault {
  readonly reason?: string | undefined;
  readonly message: string;
  /** The `x-request-id` under which Compass logged the call. */
  readonly requestId?: string | undefined;
  /** Of the Application that the message names. */
  readonly name?: string | undefined;
  /** What to do, where that is not what the table says of the reason. */
  readonly next?: string | undefined;
}
