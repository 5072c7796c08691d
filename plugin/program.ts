import { basename } from 'node:path';
import { systemClock } from '#common/clock.ts';
import { runCommandLine } from './cli.ts';
import type { Sink, Source } from './command.ts';

/** What kubectl calls for the completion of `kubectl compass`: this program under another name. */
const COMPLETER = /^kubectl_complete-compass(?:\.[a-z]+)?$/;

/** The exit code where all went well, but what there was to say could not be written. */
const NOT_WRITTEN = 1;

/**
 * Runs the command line of a process in it, and resolves to the exit code once all that was written has left the process,
 * so that the caller can end it then and there: neither connections that are kept alive nor a call that nobody waits for
 * any more need to be seen off.
 */
export async function runProgram(process: NodeJS.Process): Promise<number> {
  const interrupted = interruption(process);
  const lost = new AbortController();
  const stdout = sink(process, 'stdout', lost);
  const stderr = sink(process, 'stderr', lost);
  const [, program = '', ...words] = process.argv;
  // An executable of its own keeps the name that it was called by in argv0 only.
  const completes = [program, process.argv0].some((path) => COMPLETER.test(basename(path)));
  const code = await runCommandLine(completes ? ['__complete', ...words] : words, {
    env: process.env,
    platform: process.platform,
    program,
    stdin: source(process),
    stdout,
    stderr,
    clock: systemClock,
    interrupted,
  });
  await stdout.written();
  await stderr.written();
  return lost.signal.aborted && code === 0 ? NOT_WRITTEN : code;
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

interface ProcessSink extends Sink {
  /** When all is with the reader or in its pipe, or cannot get there any more. */
  written(): Promise<void>;
}

function sink(process: NodeJS.Process, name: 'stdout' | 'stderr', lost: AbortController): ProcessSink {
  let opened: NodeJS.WriteStream | undefined;
  const open = () => {
    opened ??= told(process, name, lost);
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
    async written() {
      const stream = opened;
      if (stream) await new Promise<void>((resolve) => stream.write('', () => resolve()));
    },
  };
}

/** A reader that went away (`| head`) has read enough: that is no failure. A full disk is. */
function told(process: NodeJS.Process, name: 'stdout' | 'stderr', lost: AbortController): NodeJS.WriteStream {
  const stream = process[name];
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || lost.signal.aborted) return;
    lost.abort();
    if (name === 'stdout') process.stderr.write(`error: the output cannot be written: ${error.message}\n`);
  });
  return stream;
}
