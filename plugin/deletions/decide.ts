import { CompassError, hasReason } from '#common/errors.ts';
import type { Report, ReportedPlan, ReportedRequest } from '#common/resources/report.ts';
import type { Invocation } from '../command.ts';
import { type DryRun, readDryRun } from '../dry-run.ts';
import { confirm } from '../output/confirm.ts';
import { type Answer, awaitAnswer } from '../requests/answer.ts';
import { askSidecar } from '../requests/ask.ts';
import { askedBy } from '../requests/asked-by.ts';
import { findAskedSidecar } from '../requests/asked-connection.ts';
import { isWaitedFor, readTimeoutMs } from '../wait/flags.ts';
import { findHeldPlan } from './find-plan.ts';
import { isSettled, outcomeOf, type PlannedOutcome } from './outcome.ts';
import { describePlan } from './plan-text.ts';

export type DecisionVerb = 'approve' | 'reject';

/** What came of a decision on a held plan, or that it was made. */
export interface DecisionResult {
  readonly verb: DecisionVerb;
  readonly connection: string;
  readonly plan: ReportedPlan;
  /** Of a dry run, one that nobody will answer. */
  readonly id: string;
  readonly dryRun: DryRun;
  readonly by?: string | undefined;
  /** Undefined where it was not waited for. */
  readonly request?: ReportedRequest | undefined;
  /** Of an approval that was waited for. */
  readonly outcome?: readonly PlannedOutcome[] | undefined;
}

const TIMEOUT_MS = 5 * 60_000;

/**
 * Shows the held plan, asks whether it is meant, and tells the sidecar by the plan's id. Throws NothingHeld, PlanChanged,
 * ConfirmationRequired, and what awaitAnswer throws.
 */
export async function decide(invocation: Invocation, verb: DecisionVerb): Promise<DecisionResult> {
  const { flags, clock, hint, style } = invocation;
  const dryRun = readDryRun(flags);
  const timeoutMs = readTimeoutMs(flags, TIMEOUT_MS);
  const { cluster, connection } = await findAskedSidecar(invocation);
  const plan = findHeldPlan(connection, flags.text('id'));
  for (const line of describePlan(plan, clock.now(), style.symbols)) hint(line);
  if (dryRun === 'none') await confirmPlan(invocation, verb, plan);
  const who = await askedBy(cluster, invocation);
  const { name } = connection;
  const other = verb === 'approve' ? 'reject' : 'approve';
  const question = { verb, parameters: { plan: plan.id, ...who }, insteadOf: [other] } as const;
  const id = await askSidecar(cluster, name, question, { now: clock.now(), dryRun });
  const asked = { verb, connection: name, plan, id, dryRun, ...who };
  if (dryRun !== 'none' || !isWaitedFor(flags)) return asked;
  const { request, report } = await changedMeanwhile(
    awaitAnswer(invocation, { cluster, connection, verb, id, timeoutMs, ...waitFor(invocation, verb, plan) }),
    plan,
  );
  if (verb === 'reject') return { ...asked, request };
  return { ...asked, request, outcome: await outcomeOf(cluster, report, plan) };
}

/** A rejection is done when it is written down, an approval when what it lets go is gone. */
function waitFor({ progress }: Invocation, verb: DecisionVerb, plan: ReportedPlan) {
  if (verb === 'reject') return {};
  return {
    isDone: (report: Report) => isSettled(report, plan),
    onReport: () => progress.busy('deletions', 'waiting for two listings a minute apart that confirm it'),
  };
}

/**
 * On a terminal a person sees the plan and says yes. Whoever says --yes beforehand names the plan that they have seen:
 * another one might be held by now.
 */
async function confirmPlan(invocation: Invocation, verb: DecisionVerb, { id, count }: ReportedPlan): Promise<void> {
  const { flags } = invocation;
  if (verb === 'approve' && flags.isOn('yes') && flags.text('id') === undefined) {
    throw new CompassError('ConfirmationRequired', '--yes lets only a plan go that is named by its id', {
      next: `say --id ${id} if this plan is meant`,
    });
  }
  const them = count === 1 ? 'this Application' : `these ${count} Applications`;
  const question = verb === 'approve' ? `delete ${them} and their Secrets?` : `keep ${them}, and drop this plan?`;
  await confirm(invocation, question);
}

/** What the sidecar refuses because it holds another plan by now has a reason of its own here. */
function changedMeanwhile(answering: Promise<Answer>, { id }: ReportedPlan): Promise<Answer> {
  return answering.catch((error: unknown) => {
    const isOther = hasReason(error, 'RequestRefused') && error.message.includes(`no plan ${id} is held`);
    throw isOther ? new CompassError('PlanChanged', error.message, { cause: error }) : error;
  });
}
