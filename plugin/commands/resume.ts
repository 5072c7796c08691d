import type { Command, Invocation } from '../command.ts';
import { DRY_RUN_FLAG, readDryRun } from '../dry-run.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { awaitAnswer } from '../requests/answer.ts';
import { askSidecar } from '../requests/ask.ts';
import { askedBy } from '../requests/asked-by.ts';
import { findAskedSidecar } from '../requests/asked-connection.ts';
import { RESUME_DOCUMENT_KIND, type SuspensionResult, suspensionView } from '../suspension/view.ts';
import { isWaitedFor, readTimeoutMs, timeoutFlag, WAIT_FLAG } from '../wait/flags.ts';

const TIMEOUT_MS = 2 * 60_000;

/** `kubectl compass resume`: ends a suspension before its time. */
export const resume: Command = {
  details: `Ends what was suspended, whatever its scope; a synchronization follows at once. Deletions are confirmed anew by
two listings a minute apart, and a held plan waits its whole time again. Where nothing is suspended, that is said, and all
is well. NAME is the CompassConnection.`,
  exits: {
    0: 'resumed, or nothing was suspended',
    1: 'another request took the place of this one',
    3: undefined,
    4: undefined,
    7: 'the sidecar refuses the request',
    124: undefined,
    130: undefined,
    143: undefined,
  },
  flags: [
    { ...WAIT_FLAG, summary: 'wait until it is resumed: as it does unless --no-wait is said' },
    timeoutFlag('2m'),
    DRY_RUN_FLAG,
  ],
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: RESUME_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass resume', does: 'Go on' },
    { command: 'kubectl compass resume --dry-run=server', does: 'See whether one may' },
  ],
  run: runResume,
};

async function runResume(invocation: Invocation): Promise<number> {
  const result = await askToResume(invocation);
  await invocation.print(suspensionView(result, invocation.clock.now(), invocation.style.symbols));
  return 0;
}

async function askToResume(invocation: Invocation): Promise<SuspensionResult> {
  const { flags, clock } = invocation;
  const dryRun = readDryRun(flags);
  const timeoutMs = readTimeoutMs(flags, TIMEOUT_MS);
  const { cluster, connection } = await findAskedSidecar(invocation);
  const { name } = connection;
  const parameters = await askedBy(cluster, invocation);
  const question = { verb: 'resume', parameters, insteadOf: ['suspend'] } as const;
  const id = await askSidecar(cluster, name, question, { now: clock.now(), dryRun });
  const asked = { connection: name, id, dryRun };
  if (dryRun !== 'none' || !isWaitedFor(flags)) return asked;
  const { request } = await awaitAnswer(invocation, { cluster, connection, verb: 'resume', id, timeoutMs });
  return { ...asked, request };
}
