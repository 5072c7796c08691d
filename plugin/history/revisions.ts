import type { Report, ReportedChange, ReportedRevision } from '#common/resources/report.ts';

/** One synchronization that changed something, with what is known of its changes. */
export interface HistoryEntry {
  /** Undefined of changes that an older sidecar reported without one. */
  readonly revision: number | undefined;
  /** RFC 3339. */
  readonly time: string;
  /** What it was made for; undefined of one whose reason is not known any more, or was never told. */
  readonly cause: Pick<ReportedRevision, 'why' | 'request' | 'by' | 'plan' | 'approvedBy'> | undefined;
  /** Applications; undefined where the report does not count them. */
  readonly counts: { readonly created: number; readonly updated: number; readonly deleted: number } | undefined;
  /** In the order in which they were made; fewer than the counts where the report has not kept them all. */
  readonly changes: readonly ReportedChange[];
}

export interface HistoryQuestion {
  /** Only what is about this Application: itself, and its Secrets. */
  readonly application?: string | undefined;
  /** In milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** So many entries at most, the newest. */
  readonly limit: number;
}

/** What the report knows of the past, the newest first. Of an Application only what was changed of it. */
export function historyOf(
  { changes = [], revisions = [] }: Pick<Report, 'changes' | 'revisions'>,
  { application, since = Number.NEGATIVE_INFINITY, limit }: HistoryQuestion,
): HistoryEntry[] {
  const told = new Map(revisions.map((revision) => [revision.revision, revision]));
  // The report has them newest first.
  const groups = Map.groupBy(changes.toReversed(), ({ revision }) => revision);
  const numbers = [...new Set<number | undefined>([...told.keys(), ...groups.keys()])];
  const entries = numbers.map((number) => entryOf(number, told, groups.get(number) ?? []));
  return entries
    .map((entry) => (application === undefined ? entry : only(entry, application)))
    .filter(({ changes: left, time }) => (application === undefined || left.length > 0) && Date.parse(time) >= since)
    .toSorted(newestFirst)
    .slice(0, limit);
}

function entryOf(
  revision: number | undefined,
  told: ReadonlyMap<number, ReportedRevision>,
  changes: readonly ReportedChange[],
): HistoryEntry {
  const known = revision === undefined ? undefined : told.get(revision);
  const time = known?.time ?? changes.at(-1)?.time ?? '';
  if (!known) return { revision, time, cause: undefined, counts: undefined, changes };
  const { created, updated, deleted } = known;
  return { revision, time, cause: causeOf(known), counts: { created, updated, deleted }, changes };
}

/** What is told of it alone, so that the document has no other properties. */
function causeOf({ why, request, by, plan, approvedBy }: ReportedRevision): HistoryEntry['cause'] {
  return {
    why,
    ...(request === undefined ? {} : { request }),
    ...(by === undefined ? {} : { by }),
    ...(plan === undefined ? {} : { plan }),
    ...(approvedBy === undefined ? {} : { approvedBy }),
  };
}

function only(entry: HistoryEntry, application: string): HistoryEntry {
  const changes = entry.changes.filter((change) => isOf(change, application));
  // The counts are of all Applications.
  return { ...entry, counts: undefined, changes };
}

/** An older sidecar names the Application of a Secret in the cause alone. */
function isOf({ kind, name, application, cause }: ReportedChange, wanted: string): boolean {
  return kind === 'Application' ? name === wanted : application === wanted || cause === `of Application ${wanted}`;
}

function newestFirst(a: HistoryEntry, b: HistoryEntry): number {
  const order = (b.revision ?? -1) - (a.revision ?? -1);
  return order !== 0 ? order : Date.parse(b.time) - Date.parse(a.time);
}
