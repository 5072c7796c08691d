import type { Cluster } from '#common/cluster/cluster.ts';
import { type CompassError, hasReason } from '#common/errors.ts';
import type { CheckResult, Report } from '#common/resources/report.ts';
import type { Invocation } from '../command.ts';
import type { FoundConnection } from '../connection/find.ts';
import { canICommand, describeRight, hiddenReport, hiddenResource, type MissingRight } from '../connection/right.ts';
import { age } from '../output/age.ts';
import { awaitAnswer } from '../requests/answer.ts';
import { askSidecar } from '../requests/ask.ts';
import type { PlacedFinding } from './finding.ts';

export interface AskOptions {
  readonly cluster: Cluster;
  readonly connection: FoundConnection;
  readonly timeoutMs: number;
}

type AskInvocation = Pick<Invocation, 'clock' | 'flags' | 'interrupted' | 'progress'>;

const BASE = { category: 'agent', name: 'check', from: 'cluster' } as const;

const PATCH_RIGHT = { verb: 'patch', resource: 'compassconnections.compass.kyma-project.io' };

/**
 * Lets the sidecar check, and gives what it found. A sidecar that cannot be asked, does not answer or does not know how is
 * a finding, beside what it found the last time. Throws what the cluster throws, and Interrupted.
 */
export async function checkFromAgent(invocation: AskInvocation, options: AskOptions): Promise<PlacedFinding[]> {
  const { resource, found, notPermitted } = options.connection;
  if (!resource) return [unasked(hiddenResource(notPermitted), 'there is no CompassConnection to ask on')];
  // Nobody would answer, or nobody could read the answer.
  if (!found) return [unasked(hiddenReport(notPermitted), 'no sidecar has reported')];
  try {
    return await askForCheck(invocation, options);
  } catch (error) {
    const finding = whyNot(error);
    return [finding, ...earlier(found?.report, invocation.clock.now())];
  }
}

/** What may not be read is not said to be missing. */
function unasked(hidden: MissingRight | undefined, why: string): PlacedFinding {
  if (!hidden) return { ...BASE, status: 'skipped', message: `not asked: ${why}` };
  return { ...BASE, status: 'skipped', message: `not asked: ${describeRight(hidden)}`, next: canICommand(hidden) };
}

/** As checkFromAgent, but whatever keeps the sidecar from answering is thrown: TimedOut, RequestRefused, ClusterForbidden. */
export async function askForCheck(
  invocation: AskInvocation,
  { cluster, connection, timeoutMs }: AskOptions,
): Promise<PlacedFinding[]> {
  const id = await askSidecar(cluster, connection.name, { verb: 'check' }, { now: invocation.clock.now() });
  const isDone = (report: Report) => report.check?.id === id;
  const { report } = await awaitAnswer(invocation, { cluster, connection, verb: 'check', id, timeoutMs, isDone });
  return placed(report.check?.results ?? []);
}

/** What keeps the sidecar from answering; anything else rises. */
function whyNot(error: unknown): PlacedFinding {
  if (hasReason(error, 'ClusterForbidden')) {
    const message = `not permitted: ${PATCH_RIGHT.verb} ${PATCH_RIGHT.resource}, so the sidecar was not asked`;
    return { ...BASE, status: 'skipped', message, next: canICommand(PATCH_RIGHT) };
  }
  if (hasReason(error, 'TimedOut')) {
    return {
      ...BASE,
      status: 'error',
      reason: 'SidecarSilent',
      message: 'the sidecar does not answer',
      cause: error.message,
    };
  }
  if (hasReason(error, 'RequestRefused')) return { ...BASE, ...refused(error) };
  if (hasReason(error, 'RequestSuperseded', 'ClusterNotFound')) {
    return { ...BASE, status: 'skipped', message: `not answered: ${error.message}` };
  }
  throw error;
}

function refused({ message }: CompassError): Pick<PlacedFinding, 'status' | 'message' | 'next'> {
  return { status: 'skipped', message, next: 'kubectl compass version' };
}

function placed(results: readonly CheckResult[]): PlacedFinding[] {
  return results.map((result) => ({
    ...result,
    from: 'agent',
    status: statusOf(result),
    message: result.message ?? '',
  }));
}

/** A newer sidecar may say more than is known here. */
function statusOf({ status }: CheckResult): PlacedFinding['status'] {
  return status === 'ok' || status === 'warning' || status === 'error' ? status : 'skipped';
}

/** What it found the last time it was asked, with how long ago that was. */
function earlier(report: Report | undefined, now: number): PlacedFinding[] {
  const check = report?.check;
  if (!check) return [];
  const ago = `${age(check.time, now)} ago`;
  return placed(check.results).map((finding) => ({
    ...finding,
    message: `${finding.message} (${ago})`,
    facts: { ...finding.facts, checked: check.time },
  }));
}
