import { CompassError } from '#common/errors.ts';
import { type Sourced, sourceOf } from '../bundle/replay/from-bundle.ts';
import { CHECK_DOCUMENT_KIND, type CheckDocument, checkDocument } from '../check/document.ts';
import { type Judgement, judge } from '../check/judge.ts';
import { CHECK_FLAGS, type CheckOptions, readCheckOptions } from '../check/options.ts';
import type { CheckRun, RunOptions } from '../check/run.ts';
import { formatCheck } from '../check/screen.ts';
import { countText } from '../check/words.ts';
import type { Command, Invocation } from '../command.ts';
import { compassTransport } from '../compass/transport.ts';
import { clusterFlags, sidecarNamespace } from '../kubeconfig/flags.ts';
import { comingIn, humanDuration } from '../output/age.ts';
import { DOCUMENT_FORMATS, type OutputFormat } from '../output/format.ts';
import { reasonOfInterruption } from '../wait/interruption.ts';

/** `kubectl compass check`: run the checks here and in the cluster, judge, print; the exit code says whether one failed. */
export const check: Command = {
  details: `Checks the cluster, the definitions, the sidecar and its rights, the certificate, the ways to Connector and
Director, the last synchronization and the Applications. The ways are gone from here and, by the sidecar, from the cluster,
so that it can be told which of the two is broken. Nothing is changed: no token is used, nothing is renewed. Checks that
your rights or the sidecar do not allow are said to be left out, and do not fail.

With --from-bundle nothing is called: it judges what was found when the archive was made.`,
  exits: {
    0: 'nothing found at or above --fail-on',
    1: 'something found at or above --fail-on',
    3: 'with --from-bundle: the archive does not know what is asked for',
    4: undefined,
    124: '--wait ran out, and something is still found',
    130: undefined,
    143: undefined,
  },
  flags: CHECK_FLAGS,
  formats: ['default', 'short', 'junit', ...DOCUMENT_FORMATS],
  documentKind: CHECK_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass check', does: 'Everything, from here and from the cluster' },
    {
      command: 'kubectl compass check --pre --connector-url https://compass.example.com/connector/graphql',
      does: 'Before an installation',
    },
    { command: 'kubectl compass check --wait 2m --fail-on warning', does: 'After a change, until all is well' },
    { command: 'kubectl compass check -o junit --suppress CMP0402', does: 'For a CI system; held deletions are known' },
  ],
  run: runCheck,
};

/** What is tried anew, or elsewhere. */
const LIVE_FLAGS = ['pre', 'wait', 'interval', 'timeout', 'connector-url', 'compass-ca'];

async function runCheck(call: Invocation): Promise<number> {
  return checkOf(await sourceOf(call, LIVE_FLAGS));
}

/** The command for a cluster or an archive. */
export async function checkOf({ invocation, replay }: Sourced): Promise<number> {
  const { names, flags, env, clock } = invocation;
  const options = readCheckOptions(flags);
  const transport = await compassTransport(invocation);
  const { cluster } = await invocation.connect();
  const namespace = sidecarNamespace(flags, env);
  const runOptions: RunOptions = {
    ...options,
    cluster,
    transport,
    name: names[0] ?? replay?.asked,
    namespace,
    recorded: replay && (replay.check ?? {}),
  };
  const startedMs = clock.monotonicMs();
  const { run, judgement } = await runUntilGood(invocation, runOptions, startedMs);
  const timedOut =
    options.waitMs > 0 && judgement.exitCode !== 0
      ? `timed out after ${humanDuration(clock.monotonicMs() - startedMs)}: ${countText(judgement)}`
      : undefined;
  const exitCode = timedOut === undefined ? judgement.exitCode : new CompassError('TimedOut', timedOut).exit;
  await print(invocation, run, judgement, { exitCode, timedOut });
  if (timedOut !== undefined) invocation.stderr.write(`error: ${timedOut}\n`);
  return exitCode;
}

interface Outcome {
  readonly run: CheckRun;
  readonly judgement: Judgement;
}

/** Once; with --wait again and again, until nothing is found or the time is over. Throws Interrupted at Ctrl-C. */
async function runUntilGood(invocation: Invocation, options: RunOptions, startedMs: number): Promise<Outcome> {
  const { clock, interrupted, progress } = invocation;
  const { runChecks } = await import('../check/run.ts');
  for (;;) {
    const run = await runChecks(invocation, options);
    const judgement = judge(run.findings, options);
    const leftMs = startedMs + options.waitMs - clock.monotonicMs();
    if (judgement.exitCode === 0 || leftMs <= 0) {
      progress.clear();
      return { run, judgement };
    }
    progress.busy('check', `${countText(judgement)}; again ${comingIn(nextInMs(options, leftMs))}`);
    await clock.sleep(nextInMs(options, leftMs), interrupted);
    if (interrupted.aborted) {
      throw new CompassError(reasonOfInterruption(interrupted), `stopped waiting: ${countText(judgement)}`);
    }
  }
}

function nextInMs({ intervalMs }: CheckOptions, leftMs: number): number {
  return Math.min(intervalMs, Math.max(0, leftMs));
}

async function print(
  invocation: Invocation,
  run: CheckRun,
  judgement: Judgement,
  verdict: { readonly exitCode: number; readonly timedOut: string | undefined },
): Promise<void> {
  const { clock, flags, style, stdout } = invocation;
  const now = clock.now();
  const place = { clusterFlags: clusterFlags(flags), namedNamespace: flags.text('namespace') };
  const screen = { ...style, ...place, width: stdout.columns ?? 80 };
  const texts: Partial<Record<OutputFormat, () => Promise<string>>> = {
    short: async () => (await import('../check/short.ts')).formatShort(run, judgement, screen),
    junit: async () => (await import('../check/junit.ts')).formatJunit(run, judgement, { ...place, now }),
  };
  await invocation.print({
    document: (): CheckDocument => checkDocument(run, judgement, { ...verdict, ...place, now }),
    text: (format) => texts[format]?.() ?? formatCheck(run, judgement, screen),
  });
}
