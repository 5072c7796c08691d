import type { Command, Invocation } from '../command.ts';
import { decide } from '../deletions/decide.ts';
import { APPROVAL_DOCUMENT_KIND, decisionView, judgeDecision } from '../deletions/decision-view.ts';
import { DRY_RUN_FLAG } from '../dry-run.ts';
import { clusterFlags } from '../kubeconfig/flags.ts';
import { YES_FLAG } from '../output/confirm.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { timeoutFlag, WAIT_FLAG } from '../wait/flags.ts';

/** `kubectl compass approve deletions`: lets exactly the plan go that is held, and shows what became of it. */
export const approveDeletions: Command = {
  details: `Shows the plan of deletions that is held, why, and what would go; asks whether it is meant; and lets exactly this
plan go, by its id: where what is no longer listed has changed meanwhile, it is another plan, and nothing goes. Then it waits
until two listings a minute apart have confirmed it, and shows what became of each Application. Without a terminal it takes
--yes, and --id with it. NAME is the CompassConnection.`,
  exits: {
    0: 'all of it was deleted',
    1: 'some could not be deleted, or another request took the place of this one',
    3: 'nothing is held',
    4: undefined,
    7: 'not confirmed, another plan is held by now, deletions are suspended, or the sidecar refuses the request',
    124: undefined,
    130: undefined,
    143: undefined,
  },
  flags: [
    { name: 'id', kind: 'text', value: 'PLAN', summary: 'the plan that is meant: no other is approved' },
    { ...YES_FLAG, summary: 'do not ask, do it: with --id only' },
    { ...WAIT_FLAG, summary: 'wait until it is deleted: as it does unless --no-wait is said' },
    timeoutFlag('5m'),
    DRY_RUN_FLAG,
  ],
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: APPROVAL_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass approve deletions', does: 'See what is held, and let it go' },
    {
      command: 'kubectl compass approve deletions --id 0123456789ab --yes',
      does: 'Let this plan go without being asked',
    },
  ],
  run: runApproval,
};

async function runApproval(invocation: Invocation): Promise<number> {
  const { flags, clock, style } = invocation;
  const result = await decide(invocation, 'approve');
  const verdict = judgeDecision(result);
  const place = { clusterFlags: clusterFlags(flags), namedNamespace: flags.text('namespace') };
  await invocation.print(decisionView(result, verdict, clock.now(), style, place));
  return verdict.exitCode;
}
