import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import type { Report, ReportedPlan } from '#common/resources/report.ts';

/** What became of one Application of a plan that was let go. */
export interface PlannedOutcome {
  readonly name: string;
  /** `deleted`, `failed`, `kept` where it is wanted again or another one by now, `unknown` where it may not be looked at. */
  readonly result: 'deleted' | 'failed' | 'kept' | 'unknown';
  readonly reason?: string;
  readonly message?: string;
}

/**
 * Whether an approved plan has come to its end: something of it was deleted or could not be, or nobody follows the approval
 * any more because what is no longer listed is something else by now.
 */
export function isSettled({ revisions = [], failures = [], decision, held }: Report, plan: ReportedPlan): boolean {
  if (held?.id === plan.id) return false;
  const names = new Set(plan.names);
  if (revisions.some((revision) => revision.plan === plan.id)) return true;
  return decision?.plan !== plan.id || failures.some(({ name }) => names.has(name));
}

/** Each Application that the report named in the plan, as the cluster has it now. */
export async function outcomeOf(cluster: Cluster, report: Report, plan: ReportedPlan): Promise<PlannedOutcome[]> {
  const present = await presentNames(cluster);
  const failures = new Map((report.failures ?? []).map((failure) => [failure.name, failure]));
  const isReported = reportedGone(report, plan);
  return plan.names.map((name): PlannedOutcome => {
    if (present ? !present.has(name) : isReported(name)) return { name, result: 'deleted' };
    const failure = failures.get(name);
    if (failure) return { name, result: 'failed', reason: failure.reason, message: failure.message };
    return { name, result: present ? 'kept' : 'unknown' };
  });
}

/** What the report says that went with this plan, and not with an earlier one; all of it where as many went. */
function reportedGone(
  { revisions = [], changes = [] }: Report,
  { id, count }: ReportedPlan,
): (name: string) => boolean {
  const ofPlan = revisions.filter(({ plan }) => plan === id);
  const numbers = new Set<number | undefined>(ofPlan.map(({ revision }) => revision));
  const isWhole = ofPlan.reduce((sum, { deleted }) => sum + deleted, 0) >= count;
  const deleted = changes.filter(
    ({ kind, action, revision }) => kind === APPLICATION.kind && action === 'deleted' && numbers.has(revision),
  );
  const names = new Set(deleted.map(({ name }) => name));
  return (name) => isWhole || names.has(name);
}

/** Of all Applications; one on its way out counts as gone. Undefined for whoever may not list them. */
async function presentNames(cluster: Cluster): Promise<ReadonlySet<string> | undefined> {
  const names = new Set<string>();
  try {
    for await (const { items } of cluster.listPages<Application>(APPLICATION, { metadataOnly: true })) {
      for (const { metadata } of items) if (metadata.deletionTimestamp === undefined) names.add(metadata.name);
    }
    return names;
  } catch (error) {
    if (!(error instanceof CompassError)) throw error;
    return undefined;
  }
}
