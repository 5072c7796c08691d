import { CompassError } from '#common/errors.ts';
import type { Command, Invocation } from '../command.ts';
import { DRY_RUN_FLAG, readDryRun } from '../dry-run.ts';
import { atCluster } from '../failure.ts';
import { clusterFlags } from '../kubeconfig/flags.ts';
import { ask } from '../output/confirm.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { awaitAnswer } from '../requests/answer.ts';
import { askSidecar } from '../requests/ask.ts';
import { askedBy } from '../requests/asked-by.ts';
import { findAskedSidecar } from '../requests/asked-connection.ts';
import { readEnd, readScope, SUSPEND_FLAGS } from '../suspension/flags.ts';
import { SUSPEND_DOCUMENT_KIND, type SuspensionResult, suspensionView } from '../suspension/view.ts';
import { isWaitedFor, readTimeoutMs, timeoutFlag, WAIT_FLAG } from '../wait/flags.ts';

const TIMEOUT_MS = 2 * 60_000;

/** `kubectl compass suspend`: asks the sidecar to leave the Applications as they are, for a time. */
export const suspend: Command = {
  details: `Asks the sidecar to hold something until its time is over or somebody resumes; restarts and other replicas keep
it. --scope=sync, which is meant unless said, holds every synchronization: nothing is created, updated or deleted. With
deletes everything goes on but deletions. With all nothing is listed either: diff is refused, too. What was to be deleted is
confirmed anew afterwards, and a held plan waits its whole time again. The certificate is renewed all the same.

Who suspended it and why stands in status for as long as it lasts: --reason is asked for on a terminal, and needed
elsewhere. A later suspend takes the place of the former. NAME is the CompassConnection.`,
  exits: {
    0: 'suspended',
    1: 'another request took the place of this one',
    3: undefined,
    4: undefined,
    7: 'no reason was given, or the sidecar refuses the request',
    124: undefined,
    130: undefined,
    143: undefined,
  },
  flags: [
    ...SUSPEND_FLAGS,
    { ...WAIT_FLAG, summary: 'wait until it is suspended: as it does unless --no-wait is said' },
    timeoutFlag('2m'),
    DRY_RUN_FLAG,
  ],
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: SUSPEND_DOCUMENT_KIND,
  examples: [
    {
      command: "kubectl compass suspend --for 4h --reason 'move of the gateway'",
      does: 'Synchronize nothing for 4 hours',
    },
    {
      command: "kubectl compass suspend --scope=deletes --reason 'incident 4711'",
      does: 'Delete nothing until somebody resumes',
    },
  ],
  run: runSuspend,
};

async function runSuspend(invocation: Invocation): Promise<number> {
  const { clock, flags } = invocation;
  const result = await askToSuspend(invocation);
  await invocation.print(suspensionView(result, clock.now(), invocation.style.symbols));
  if (result.dryRun === 'none') {
    const place = { clusterFlags: clusterFlags(flags), namedNamespace: flags.text('namespace') };
    const ends = result.suspension?.until === undefined ? 'it lasts until somebody resumes' : 'to end it before';
    invocation.hint(`${ends}: ${atCluster('kubectl compass resume', place)}`);
  }
  return 0;
}

async function askToSuspend(invocation: Invocation): Promise<SuspensionResult> {
  const { flags, clock } = invocation;
  const dryRun = readDryRun(flags);
  const timeoutMs = readTimeoutMs(flags, TIMEOUT_MS);
  const scope = readScope(flags);
  readEnd(flags, clock.now());
  const { cluster, connection } = await findAskedSidecar(invocation);
  const reason = await readReason(invocation);
  // Of the moment at which it is asked for: a person may have thought for long.
  const until = readEnd(flags, clock.now());
  const suspension = {
    scope,
    ...(until === undefined ? {} : { until }),
    reason,
    ...(await askedBy(cluster, invocation)),
  };
  const { name } = connection;
  const question = { verb: 'suspend', parameters: suspension, insteadOf: ['resume'] } as const;
  const id = await askSidecar(cluster, name, question, { now: clock.now(), dryRun });
  const asked = { connection: name, id, dryRun, suspension };
  if (dryRun !== 'none' || !isWaitedFor(flags)) return asked;
  const { request } = await awaitAnswer(invocation, { cluster, connection, verb: 'suspend', id, timeoutMs });
  return { ...asked, request };
}

/** Throws ConfirmationRequired where there is none: whoever finds it suspended has to know why. */
async function readReason(invocation: Invocation): Promise<string> {
  const { flags, stdin, stderr } = invocation;
  const given = flags.text('reason')?.trim();
  if (given) return given;
  if (!stdin.isTerminal || !stderr.isTerminal) {
    throw new CompassError('ConfirmationRequired', 'this needs a reason, and nobody can be asked for one', {
      next: "say --reason='why', for whoever looks at the status",
    });
  }
  const answer = (await ask(invocation, 'why is it suspended? ')).trim();
  if (answer !== '') return answer;
  throw new CompassError('ConfirmationRequired', 'no reason was given; nothing was suspended', {
    next: "say --reason='why', for whoever looks at the status",
  });
}
