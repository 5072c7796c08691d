import type { Report, ReportedCondition, ReportedStep } from '#common/resources/report.ts';

/** What a report said before anything was changed: what differs from it afterwards is the answer. */
export interface Baseline {
  readonly identity: string;
  readonly lastSync: string | undefined;
  readonly steps: ReadonlySet<string>;
  readonly trouble: string;
}

export function baselineOf(report: Report | undefined): Baseline {
  return {
    identity: identityOf(report),
    lastSync: report?.lastSync,
    steps: new Set((report?.steps ?? []).map((step) => JSON.stringify(step))),
    trouble: textOf(troubleIn(report)),
  };
}

/** Tells certificates apart: by the keyed fingerprint of the one in use, without that by its dates; '' where there is none. */
function identityOf(report: Report | undefined): string {
  const { identity } = report ?? {};
  if (!identity) return '';
  return identity.fingerprints?.inUse ?? [identity.acquired, identity.notBefore, identity.notAfter].join(' ');
}

/** Whether another certificate is in use than before, and Compass accepts it. */
export function isNewlyPaired(report: Report, { identity }: Baseline): boolean {
  return report.state !== 'ConnectionFailed' && identityOf(report) !== '' && identityOf(report) !== identity;
}

/** The steps that happened since. */
export function stepsSince(report: Report, { steps }: Baseline): ReportedStep[] {
  return (report.steps ?? []).filter((step) => !steps.has(JSON.stringify(step)));
}

/** Said of a token: until a step has failed since, it is said of the one before. */
const OF_TOKEN = ['TokenRequired', 'TokenRefused'];

/** What a sidecar says that has not looked yet. */
const BEFORE = ['Pending', 'ConfigurationMissing', 'Disconnected'];

/**
 * Why the pairing does not come about, where that is said since, or said again by a step that failed since; undefined
 * where it may still be what was said before.
 */
export function troubleSince(report: Report, baseline: Baseline): ReportedCondition | undefined {
  const trouble = troubleIn(report);
  const { reason = '', message = '' } = trouble ?? {};
  if (!trouble || BEFORE.includes(reason)) return undefined;
  const failed = stepsSince(report, baseline).find(({ status }) => status === 'error');
  const isNew = textOf(trouble) !== baseline.trouble && (failed !== undefined || !OF_TOKEN.includes(reason));
  const isSaidAgain = failed?.message !== undefined && message.includes(failed.message);
  return isNew || isSaidAgain ? trouble : undefined;
}

/** The condition that keeps a pairing from happening: of a connection that fails, or of one that serves on meanwhile. */
function troubleIn(report: Report | undefined): ReportedCondition | undefined {
  const conditions = report?.conditions ?? [];
  return (
    conditions.find(({ type, status }) => type === 'Connected' && status === 'False') ??
    conditions.find(({ type, status }) => type === 'ReconnectPending' && status === 'True')
  );
}

function textOf(condition: ReportedCondition | undefined): string {
  return condition ? `${condition.reason ?? ''}: ${condition.message ?? ''}` : '';
}
