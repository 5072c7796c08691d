import { basename } from 'node:path';
import { systemClock } from '#common/clock.ts';
import { runCommandLine } from './cli.ts';
import type { Sink, Source } from './command.ts';

/** What kubectl calls for the completion of `kubectl compass`: this program under another name. */
const COMPLETER = /^kubectl_complete-compass(?:\.[a-z]+)?$/;

/** What is still under way after an interruption, such as a call without an answer, must not keep the process. */
const LEFTOVERS_MS = 500;

/** Runs the command line of a process in it, and resolves to the exit code. */
export async function runProgram(process: NodeJS.Process): Promise<number> {
  const interrupted = interruption(process);
  const [, program = '', ...words] = process.argv;
  // An executable of its own keeps the name that it was called by in argv0 only.
  const completes = [program, process.argv0].some((path) => COMPLETER.test(basename(path)));
  const code = await runCommandLine(completes ? ['__complete', ...words] : words, {
    env: process.env,
    platform: process.platform,
    program,
    stdin: source(process),
    stdout: sink(process, 'stdout'),
    stderr: sink(process, 'stderr'),
    clock: systemClock,
    interrupted,
  });
  if (interrupted.aborted) setTimeout(() => process.kill(process.pid, interrupted.reason), LEFTOVERS_MS).unref();
  return code;
}

/** Aborted by the first Ctrl-C or SIGTERM; a second one ends the process as if nobody listened. */
function interruption(process: NodeJS.Process): AbortSignal {
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

// Node makes each of the three streams when it is first asked for, which takes its time: a run needs one of them, mostly.

function source(process: NodeJS.Process): Source {
  return {
    get stream() {
      return process.stdin;
    },
    get isTerminal() {
      return process.stdin.isTTY === true;
    },
  };
}

function sink(process: NodeJS.Process, name: 'stdout' | 'stderr'): Sink {
  let opened: NodeJS.WriteStream | undefined;
  const open = () => {
    opened ??= withoutFailure(process, process[name]);
    return opened;
  };
  return {
    write: (text) => {
      open().write(text);
    },
    get stream() {
      return open();
    },
    get isTerminal() {
      return open().isTTY === true;
    },
    get columns() {
      const { isTTY, columns } = open();
      // Some terminals do not know their width, and say 0.
      return (isTTY && columns) || undefined;
    },
  };
}

/** A reader that went away (`| head`) has read enough: that is no failure. */
function withoutFailure(process: NodeJS.Process, stream: NodeJS.WriteStream): NodeJS.WriteStream {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exitCode = 1;
  });
  return stream;
}
