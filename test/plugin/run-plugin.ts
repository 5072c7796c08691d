import { execFile } from 'node:child_process';
import { PassThrough, Readable } from 'node:stream';
import { systemClock } from '#common/clock.ts';
import { runCommandLine } from '../../plugin/cli.ts';
import type { Sink } from '../../plugin/command.ts';
import { ranWith } from './assert-exit.ts';
import { builtPlugin } from './built-plugin.ts';
import { HOME } from './home.ts';

export interface PluginResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of every run: nothing of ours but a locale that reads UTF-8. */
function environment(env: Readonly<Record<string, string>>): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME, LANG: 'C.UTF-8', ...env };
}

/** Runs one command line in this process, which is quicker where many of them are tried. */
export async function runHere(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
  interrupted = new AbortController().signal,
  onStderr: (text: string) => void = () => undefined,
): Promise<PluginResult> {
  const stdout = collect();
  const stderr = collect(onStderr);
  const surroundings = {
    env: environment(env),
    platform: 'linux',
    stdin: { stream: Readable.from([input]), isTerminal: false },
    stdout,
    stderr,
    clock: systemClock,
    interrupted,
  };
  const code = await runCommandLine(args, surroundings);
  return ranWith({ code, stdout: stdout.text(), stderr: stderr.text() }, args);
}

function collect(onWrite: (text: string) => void = () => undefined): Sink & { text(): string } {
  const stream = new PassThrough();
  const written: string[] = [];
  return {
    stream,
    isTerminal: false,
    columns: undefined,
    write: (text) => {
      written.push(text);
      onWrite(text);
    },
    text: () => written.join(''),
  };
}

/**
 * Runs the built plugin as kubectl does: a process of its own, with its own environment, and `input` on its stdin.
 */
export async function runPlugin(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<PluginResult> {
  const main = await builtPlugin();
  const { promise, resolve } = Promise.withResolvers<PluginResult>();
  const clean = environment(env);
  const child = execFile(
    process.execPath,
    [main, ...args],
    { env: clean, timeout: 120_000 },
    (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0;
      resolve(ranWith({ code, stdout, stderr }, args));
    },
  );
  child.stdin?.end(input);
  return promise;
}
