import type { Command, Invocation } from '../command.ts';
import { decide } from '../deletions/decide.ts';
import { decisionView, judgeDecision, REJECTION_DOCUMENT_KIND } from '../deletions/decision-view.ts';
import { DRY_RUN_FLAG } from '../dry-run.ts';
import { clusterFlags } from '../kubeconfig/flags.ts';
import { YES_FLAG } from '../output/confirm.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { timeoutFlag, WAIT_FLAG } from '../wait/flags.ts';

/** `kubectl compass reject`: drops the plan of deletions that is held. */
export const reject: Command = {
  details: `Shows the plan of deletions that is held, and drops it by its id: nothing of it goes, neither by time nor by
itself, until what Compass no longer lists is something else. It can be approved later all the same. NAME is the
CompassConnection.`,
  exits: {
    0: 'rejected',
    1: 'another request took the place of this one',
    3: 'nothing is held',
    4: undefined,
    7: 'not confirmed, another plan is held by now, or the sidecar refuses the request',
    124: undefined,
    130: undefined,
    143: undefined,
  },
  flags: [
    { name: 'id', kind: 'text', value: 'PLAN', summary: 'the plan that is meant: no other is rejected' },
    YES_FLAG,
    { ...WAIT_FLAG, summary: 'wait until it is rejected: as it does unless --no-wait is said' },
    timeoutFlag('5m'),
    DRY_RUN_FLAG,
  ],
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: REJECTION_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass reject', does: 'See what is held, and keep it' },
    { command: 'kubectl compass reject --id 0123456789ab --yes', does: 'Keep it without being asked' },
  ],
  run: runRejection,
};

async function runRejection(invocation: Invocation): Promise<number> {
  const { flags, clock, style } = invocation;
  const result = await decide(invocation, 'reject');
  const verdict = judgeDecision(result);
  const place = { clusterFlags: clusterFlags(flags), namedNamespace: flags.text('namespace') };
  await invocation.print(decisionView(result, verdict, clock.now(), style, place));
  return verdict.exitCode;
}
