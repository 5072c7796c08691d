import { conformText } from './conform.ts';
import { REPORT_SCHEMA } from './report-schema.ts';

/**
 * The sidecar's report (schema v1): what plugin and people may know without reading a Secret. It lies in the ConfigMap
 * `<connection name>-report`, under REPORT_KEY, with SIDECAR_LABELS. Times are RFC 3339 in UTC with whole seconds.
 * A reader takes what it knows: whatever an older or newer sidecar lacks is absent.
 */
export interface Report {
  readonly schemaVersion: string;
  /** Grows by one with every write. */
  readonly generation?: number;
  readonly writtenAt?: string;
  /** Name of the CompassConnection. */
  readonly connection?: string;
  readonly observedGeneration?: number;
  readonly state?: string;
  readonly runtimeId?: string;
  readonly tenant?: string;
  readonly connectorUrl?: string;
  readonly directorUrl?: string;
  readonly leader?: { readonly pod?: string; readonly version?: string };
  readonly conditions?: readonly ReportedCondition[];
  readonly warnings?: readonly ReportedWarning[];
  readonly identity?: ReportedIdentity;
  readonly contact?: { readonly connector?: Contact; readonly director?: Contact };
  readonly applications?: ApplicationCounts;
  readonly failures?: readonly ReportedFailure[];
  readonly held?: ReportedPlan;
  /** What a person decided on a plan, as long as it is followed. */
  readonly decision?: {
    readonly plan: string;
    /** `approved` or `rejected`. */
    readonly verdict: string;
    readonly at?: string;
    readonly by?: string;
  };
  readonly suspended?: {
    readonly scope: string;
    readonly until?: string;
    readonly reason?: string;
    readonly by?: string;
    readonly since?: string;
    /** Applications that Compass does not list any more, and that stay for that. */
    readonly waiting?: number;
  };
  /** The last check that was asked for by a request; `id` is that request's. */
  readonly check?: { readonly time: string; readonly id?: string; readonly results: readonly CheckResult[] };
  readonly requests?: readonly ReportedRequest[];
  /** The last 50, newest first. */
  readonly changes?: readonly ReportedChange[];
  /** The last 20 synchronizations that changed something, newest first: `changes` says what, as far as it reaches. */
  readonly revisions?: readonly ReportedRevision[];
  /** The steps of the last pairing or renewal, in their order; written as they happen. */
  readonly steps?: readonly ReportedStep[];
  /** What is known of the one-time token in the configuration: `none`, `unused`, `trying`, `used` or `spent`. */
  readonly token?: string;
  /** Where this connection's Secrets are. */
  readonly places?: ReportedPlaces;
  /** Why the list of Secrets could not be written: what it says may be old. */
  readonly secretsUnpublished?: string;
  /** How many synchronizations have changed something. */
  readonly revision?: number;
  readonly lastSync?: string;
  readonly lastChange?: string;
  readonly nextSync?: string;
  /** Lists that were cut to keep the report small, and how many items each lost. */
  readonly omitted?: Readonly<Record<string, number>>;
}

export interface ReportedWarning {
  readonly type: string;
  readonly message: string;
}

export interface ReportedCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
  readonly lastTransitionTime?: string;
}

export interface ReportedIdentity {
  readonly commonName?: string;
  readonly acquired?: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly renewAt: string;
  /** HMACs with a key that stays in the cluster: equal where the certificates are, and of no other use. */
  readonly fingerprints?: { readonly stored: string; readonly inUse: string };
}

export interface ReportedError {
  readonly reason: string;
  readonly message: string;
  /** The `x-request-id` under which Compass logged the call. */
  readonly requestId?: string;
}

export interface Contact {
  readonly time: string;
  readonly latencyMs: number;
  readonly error?: ReportedError;
  /** Director only: how many pages its last listing had, and whether it was complete. */
  readonly pages?: number;
  readonly complete?: boolean;
  readonly incompleteBecause?: string;
}

export interface ApplicationCounts {
  readonly listed: number;
  readonly present: number;
  readonly inSync: number;
  readonly failed: number;
  readonly held: number;
  /** Secrets that Applications refer to. */
  readonly secrets?: number;
}

export interface ReportedFailure {
  readonly name: string;
  readonly id: string;
  readonly reason: string;
  readonly message: string;
}

export interface ReportedPlan {
  readonly id: string;
  readonly count: number;
  readonly names: readonly string[];
  readonly since?: string;
  /** How many deletions would not have been held. */
  readonly budget?: number;
  readonly why?: string;
  /** When it goes by itself unless the listing changes; absent where it does not. */
  readonly goesAt?: string;
  /** `approved` or `rejected`, where somebody said so. */
  readonly decision?: string;
}

export interface CheckResult {
  readonly category: string;
  readonly name: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  /** Why it is so, where that is known. */
  readonly cause?: string;
  /** What was found, for people and programs: `tlsVersion: TLSv1.3`, `latencyMs: 142`. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** One step on the way to a new certificate: see PAIRING_STEPS. */
export interface ReportedStep {
  readonly time: string;
  readonly step: string;
  /** `busy`, `ok` or `error`. */
  readonly status: string;
  readonly message?: string;
}

/** The steps of a pairing and of a renewal, in their order. */
export const PAIRING_STEPS = ['preflight', 'key', 'configuration', 'sign', 'prove', 'store'] as const;

export interface ReportedPlaces {
  readonly configuration: SecretPlace;
  readonly client: SecretPlace;
  readonly ca: SecretPlace;
  readonly integrationNamespace: string;
}

export interface SecretPlace {
  readonly namespace: string;
  readonly name: string;
}

export interface ReportedRequest {
  readonly verb: string;
  readonly id: string;
  /** Who asked, as the API server knows them; absent where whoever asked did not say. */
  readonly by?: string;
  readonly accepted: string;
  readonly finished?: string;
  /** `succeeded`, `failed`, `superseded` or `refused`, once it is finished. */
  readonly result?: string;
  /** Why it failed, by the table of reasons. */
  readonly reason?: string;
  readonly message?: string;
  /** The `x-request-id` under which Compass logged the call that failed, where it was one. */
  readonly requestId?: string;
  /** Of a `sync`: Applications `created`, `updated`, `deleted`, `unchanged`, `failed`, `held`; and `listed`, `pages`. */
  readonly counts?: Readonly<Record<string, number>>;
  /** Of a `sync` that changed something: the revision of its changes. */
  readonly revision?: number;
}

export interface ReportedChange {
  readonly time: string;
  /** Application or Secret. */
  readonly kind: string;
  readonly name: string;
  /** `created`, `updated` or `deleted`. */
  readonly action: string;
  readonly cause?: string;
  /** Of a Secret: the Application that it is of, where that is known. */
  readonly application?: string;
  /** Which synchronization did it: see `revision` of the report. */
  readonly revision?: number;
}

/** A synchronization that changed something, or a purge; and why it came about. */
export interface ReportedRevision {
  readonly revision: number;
  readonly time: string;
  /**
   * `start`, `takeover`, `schedule` (the period), `request`, `flag` (spec.resyncNow), `paired`, `resumed`, `decision` (on a
   * held plan) or `disconnect`.
   */
  readonly why: string;
  /** The id of the request that asked for it, and who made it. */
  readonly request?: string;
  readonly by?: string;
  /** The plan that its deletions belong to, where one was approved, and who did that. */
  readonly plan?: string;
  readonly approvedBy?: string;
  /** Applications. */
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  /** Secrets that went without their Application. */
  readonly secretsDeleted?: number;
}

export const REPORT_SCHEMA_VERSION = 'v1';

/** The key in the ConfigMap's data. */
export const REPORT_KEY = 'report.json';

/** What a report may weigh: a ConfigMap holds 1 MiB, and every status command reads it. */
export const REPORT_LIMIT_BYTES = 256 * 1024;

/** The report of a text, without whatever in it does not have the form it should; undefined where it is no report at all. */
export function readReport(text: string | undefined): Report | undefined {
  return conformText(REPORT_SCHEMA, text) as Report | undefined;
}
