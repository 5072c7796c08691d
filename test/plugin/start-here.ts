import { PassThrough, Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { type Clock, systemClock } from '#common/clock.ts';
import { runCommandLine } from '../../plugin/cli.ts';
import type { Sink } from '../../plugin/command.ts';
import { until } from '../cluster/until.ts';
import { ranWith } from './assert-exit.ts';
import { HOME } from './home.ts';

export interface StartOptions {
  readonly kubeconfigPath: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** A terminal of this size on stdout and stderr; else pipes. */
  readonly terminal?: { readonly columns: number; readonly rows: number };
}

/** A command line that goes on until it is interrupted, run in this process. */
export interface Running {
  stdout(): string;
  stderr(): string;
  lines(): string[];
  /** As Ctrl-C does, unless another signal is named. */
  interrupt(signal?: 'SIGINT' | 'SIGTERM'): void;
  /** As a reader does that has read enough. */
  closeStdout(): void;
  /** Its exit code. */
  readonly done: Promise<number>;
}

/** Starts one; the end of the test ends it. */
export function startHere(t: TestContext, args: readonly string[], options: StartOptions): Running {
  const { kubeconfigPath, env = {}, clock = systemClock, terminal } = options;
  const interruption = new AbortController();
  const [stdout, stderr] = [collect(terminal), collect(terminal)];
  const done = runCommandLine(args, {
    env: { PATH: process.env['PATH'], HOME, LANG: 'C.UTF-8', KUBECONFIG: kubeconfigPath, ...env },
    platform: 'linux',
    stdin: { stream: Readable.from(['']), isTerminal: false },
    stdout,
    stderr,
    clock,
    interrupted: interruption.signal,
  });
  t.after(async () => {
    interruption.abort('SIGINT');
    await done;
  });
  const running: Running = {
    stdout: stdout.text,
    stderr: stderr.text,
    lines: () => stdout.text().split('\n').slice(0, -1),
    interrupt: (signal = 'SIGINT') => interruption.abort(signal),
    closeStdout: () => stdout.stream.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    done,
  };
  return ranWith(running, args);
}

function collect(terminal: StartOptions['terminal']): Sink & { text(): string } {
  const written: string[] = [];
  return {
    stream: Object.assign(new PassThrough(), { rows: terminal?.rows }),
    isTerminal: terminal !== undefined,
    columns: terminal?.columns,
    write: (text) => {
      written.push(text);
    },
    text: () => written.join(''),
  };
}

/** Waits until something that is seen without asking is so. */
export async function soon(what: string | (() => string), isSo: () => boolean, withinMs = 60_000): Promise<void> {
  await until(what, () => Promise.resolve(isSo()), withinMs);
}
