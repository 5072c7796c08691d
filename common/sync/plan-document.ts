import { conformText } from '../resources/conform.ts';
import { PLAN_SCHEMA } from './plan-schema.ts';

/**
 * What a synchronization would change at one moment (schema v1), as the sidecar writes it to the ConfigMap
 * `<connection name>-plan` under PLAN_KEY, and as the plugin computes it by itself. Holds no value of a Secret.
 */
export interface SyncPlan {
  readonly schemaVersion: string;
  /** When it was computed: RFC 3339, UTC, whole seconds. */
  readonly time: string;
  /** The id of the request that it answers. */
  readonly request?: string;
  /** How many Applications the Director lists. */
  readonly listed: number;
  /** Whether the whole listing was read: only then is anything known about what is no longer listed. */
  readonly complete: boolean;
  readonly incompleteBecause?: string;
  /** Of all entries, also of those that were cut. */
  readonly totals: PlanTotals;
  /** By the names of the Applications, each followed by its Secrets. */
  readonly entries: readonly PlanEntry[];
  readonly held?: PlannedHold;
  /** Names that were asked for and are neither in the cluster nor in the listing. */
  readonly unknown?: readonly string[];
  /** What was left out to keep the document small: whole entries, and `before` and `after` of others. */
  readonly omitted?: { readonly entries: number; readonly contents: number };
}

/** `hold` is what is no longer listed and would stay all the same; `fail` is what cannot be as it is listed. */
const PLAN_ACTIONS = ['create', 'update', 'delete', 'hold', 'fail'] as const;

export type PlanAction = (typeof PLAN_ACTIONS)[number];

/** Of all entries by their actions, and the listed Applications, of those that were asked for, that stay as they are. */
export type PlanTotals = Readonly<Record<PlanAction | 'unchanged', number>>;

export function planTotals(entries: readonly PlanEntry[], unchanged: number): PlanTotals {
  const counts = PLAN_ACTIONS.map((action) => [action, entries.filter((entry) => entry.action === action).length]);
  return { ...Object.fromEntries(counts), unchanged } as PlanTotals;
}

export interface PlanEntry {
  /** Application or Secret. */
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  /** The Application that a Secret belongs to. */
  readonly application?: string;
  /** The name under which the Director lists it, where that is another one. */
  readonly listedAs?: string;
  /** One of PLAN_ACTIONS. */
  readonly action: string;
  readonly reason?: string;
  readonly message?: string;
  /** The comparable part of the object; of a Secret keyed fingerprints in place of the values. */
  readonly before?: object;
  readonly after?: object;
  /** Whether `before` and `after` were left out for their size. */
  readonly isCut?: boolean;
}

/** Deletions that wait, because they are more than the budget allows. */
export interface PlannedHold {
  readonly id: string;
  readonly count: number;
  readonly since: string;
  readonly budget: number;
  readonly why: string;
  /** When it goes by itself unless the listing changes; absent where it does not. */
  readonly goesAt?: string;
  /** `rejected` where somebody said that it is not to go. */
  readonly decision?: string;
}

export const PLAN_SCHEMA_VERSION = 'v1';

/** The key in the ConfigMap's data. */
export const PLAN_KEY = 'plan.json';

/** The plan of a text, without whatever in it does not have the form it should; undefined where it is none. */
export function readPlan(text: string | undefined): SyncPlan | undefined {
  return conformText(PLAN_SCHEMA, text) as SyncPlan | undefined;
}
