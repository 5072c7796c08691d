import process from 'node:process';
import { systemClock } from '#common/clock.ts';
import { runCommandLine } from './cli.ts';
import type { Sink } from './command.ts';

function sink(stream: NodeJS.WriteStream): Sink {
  // A reader that went away (`| head`) has read enough: that is no failure.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exitCode = 1;
  });
  return {
    write: (text) => {
      stream.write(text);
    },
    stream,
    isTerminal: stream.isTTY === true,
    // Some terminals do not know their width, and say 0.
    columns: (stream.isTTY && stream.columns) || undefined,
  };
}

/** Aborted by the first Ctrl-C or SIGTERM; a second one ends the process as if nobody listened. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      process.removeAllListeners('SIGINT');
      process.removeAllListeners('SIGTERM');
      controller.abort(name);
    });
  }
  return controller.signal;
}

/** What is still under way after an interruption, such as a call without an answer, must not keep the process. */
const LEFTOVERS_MS = 500;

const interrupted = interruption();
process.exitCode = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  platform: process.platform,
  stdin: { stream: process.stdin, isTerminal: process.stdin.isTTY === true },
  stdout: sink(process.stdout),
  stderr: sink(process.stderr),
  clock: systemClock,
  interrupted,
});
if (interrupted.aborted) setTimeout(() => process.kill(process.pid, interrupted.reason), LEFTOVERS_MS).unref();
