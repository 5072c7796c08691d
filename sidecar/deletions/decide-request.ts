import type { SidecarRequest } from '#common/resources/requests.ts';
import type { DeletionDecision } from '#common/sync/deletion-decision.ts';
import type { ConnectionContext } from '../connection/context.ts';
import { freshState } from '../connection/state.ts';
import type { RequestAnswer, RequestHandler } from '../request-handler.ts';
import { clip } from '../status/error-text.ts';
import { type Suspension, suspendedError, suspensionInForce } from '../suspension/suspension.ts';
import type { SyncStep } from '../sync-step.ts';

type Verdict = DeletionDecision['verdict'];

/**
 * Carries out `approve;plan=<id>` and `reject;plan=<id>`: writes down what a person decided on the plan that is held, and
 * has the next synchronization follow it. A plan that is not held is refused, so that nobody decides on another than they
 * have seen.
 */
export function decideRequestHandler(
  verdict: Verdict,
  { clock, log, state }: Pick<ConnectionContext, 'clock' | 'log' | 'state'>,
  syncStep: Pick<SyncStep, 'hurry'>,
): RequestHandler {
  return async ({ parameters }) => {
    const { plan } = parameters;
    const stored = (await state.load()) ?? freshState();
    const { runtimeId, deletions: { held, decision } = {} } = stored;
    if (plan === undefined) return refused('it names no plan: plan=<id> says which one');
    if (decision?.plan === plan && decision.verdict === verdict) return done(decision);
    if (held?.id !== plan || runtimeId === undefined) return refused(`${notHeld(plan)}; ${whatIs(held?.id)}`);
    const suspension = suspensionInForce(stored, clock.now());
    if (suspension && verdict === 'approved') return suspended(suspension);
    const decided = { plan, verdict, at: clock.now(), runtimeId, members: held.members, ...whoOf(parameters) };
    await state.write({ ...stored, deletions: { held, decision: decided } });
    log.info(`a plan of deletions was ${verdict} on request`, { plan });
    syncStep.hurry('decision');
    return done(decided);
  };
}

function whoOf({ by }: SidecarRequest['parameters']): Pick<DeletionDecision, 'by'> {
  return by ? { by: clip(by, LONGEST_NAME) } : {};
}

/** Who approves now would have it go whenever somebody else resumes. */
function suspended(suspension: Suspension): RequestAnswer {
  const { reason, message } = suspendedError(suspension);
  return { result: 'failed', reason, message: `${message}; resume first, and approve then` };
}

function refused(message: string): RequestAnswer {
  return { result: 'refused', reason: 'RequestRefused', message };
}

const LONGEST_ID = 64;
const LONGEST_NAME = 256;

function notHeld(plan: string): string {
  return `no plan ${plan.length > LONGEST_ID ? `${plan.slice(0, LONGEST_ID)}…` : plan} is held`;
}

function whatIs(held: string | undefined): string {
  return held === undefined ? 'there is none at all' : `the one that is held is ${held}`;
}

function done({ plan, verdict, members }: DeletionDecision): RequestAnswer {
  const deletions = members.length === 1 ? '1 deletion' : `${members.length} deletions`;
  const then =
    verdict === 'approved'
      ? 'it goes as soon as two listings a minute apart confirm it'
      : 'nothing of it goes until what is no longer listed is something else';
  return { result: 'succeeded', message: `plan ${plan} of ${deletions} is ${verdict}: ${then}` };
}
