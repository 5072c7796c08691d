import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { CompassError, isReason, REASONS } from '#common/errors.ts';
import { DEFAULT_CONNECTION_NAME, ownObjectNames } from '#common/resources/names.ts';
import { REPORT_KEY, type Report, readReport } from '#common/resources/report.ts';
import { count } from '../status/words.ts';
import { waitFor } from '../wait/wait-for.ts';
import {
  type ApplicationChanges,
  type ApplicationSet,
  compareApplications,
  fetchApplications,
  isKept,
} from './applications.ts';
import type { MigrationContext } from './context.ts';

/** What the sidecar had reported before it was started, if it ran before. */
export async function readBaseline({ cluster, facts }: MigrationContext): Promise<Report | undefined> {
  const map = await cluster.find<ConfigMap>(reportRef(facts.namespace));
  return readReport(map?.data?.[REPORT_KEY]);
}

/**
 * Waits until the sidecar has read the Director to the end, and compares the Applications. By its report alone, and against
 * what it said before, so that no two clocks are compared. Throws the reason for which it gave up, TimedOut with the last one,
 * MigrationFailed where an Application is gone or another one.
 */
export async function prove(
  context: MigrationContext,
  baseline: Report | undefined,
  before: ApplicationSet,
): Promise<ApplicationChanges> {
  const { cluster, facts, invocation, timeoutMs, steps } = context;
  let last: Report | undefined;
  const report = await waitFor<ConfigMap, Report>(invocation, {
    cluster,
    ref: reportRef(facts.namespace),
    timeoutMs,
    look: (map) => {
      last = readReport(map?.data?.[REPORT_KEY]) ?? last;
      if (!last || !isNews(last, baseline)) return undefined;
      refuseIfHopeless(last);
      return hasListed(last, baseline) ? last : undefined;
    },
    waitingFor: () => `the sidecar to read the Director${whyNot(last)}`,
    goOn: 'kubectl compass status -w',
  });
  const { pages, latencyMs } = report.contact?.director ?? {};
  const listed = report.applications?.listed;
  steps.add(
    'prove',
    'done',
    `the Director answered in ${latencyMs} ms: ${count(listed ?? 0, 'Application')} on ${count(pages ?? 1, 'page')}`,
  );
  return requireKept(context, before);
}

/** Compares the Applications with what they were. Throws MigrationFailed where one is gone or another one. */
export async function requireKept(
  { cluster, steps }: MigrationContext,
  before: ApplicationSet,
): Promise<ApplicationChanges> {
  const changes = compareApplications(before, await fetchApplications(cluster));
  if (!isKept(changes)) {
    const { missing, replaced } = changes;
    const parts = [named('gone', missing), named('replaced', replaced)].filter((part) => part !== '').join('; ');
    throw new CompassError('MigrationFailed', `Applications did not stay: ${parts}`);
  }
  const added = changes.added.length > 0 ? `, and ${changes.added.length} more came from Compass` : '';
  steps.add('applications', 'done', `${count(changes.before, 'Application')} as before, by name and UID${added}`);
  return changes;
}

function named(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const shown = names.slice(0, 5).join(', ');
  return `${what} ${shown}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
}

function reportRef(namespace: string) {
  return { kind: CONFIG_MAP, namespace, name: ownObjectNames(DEFAULT_CONNECTION_NAME).report };
}

function isNews(report: Report, baseline: Report | undefined): boolean {
  return report.generation !== baseline?.generation;
}

/** One whole listing since, that failed nowhere. */
function hasListed({ contact, lastSync }: Report, baseline: Report | undefined): boolean {
  const { director } = contact ?? {};
  if (!director || director.error || director.complete === false || lastSync === undefined) return false;
  return lastSync !== baseline?.lastSync && director.time !== baseline?.contact?.director?.time;
}

/** What only a new token or another person would heal. */
function refuseIfHopeless({ conditions = [] }: Report): void {
  const bad = conditions.find(({ type, status }) => type === 'Connected' && status === 'False');
  const reason = bad?.reason;
  if (!isReason(reason) || REASONS[reason].exit !== 6) return;
  throw new CompassError(reason, bad?.message ?? 'Compass refuses the identity of the agent');
}

function whyNot(report: Report | undefined): string {
  if (!report) return '; it has not reported yet';
  const bad = report.conditions?.find(({ type, status }) => type === 'Ready' && status === 'False');
  return bad ? `; it says ${bad.reason ?? ''}: ${bad.message ?? ''}` : '';
}
