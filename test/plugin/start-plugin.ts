import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { ranWith } from './assert-exit.ts';
import { builtPlugin } from './built-plugin.ts';
import { HOME } from './home.ts';
import type { Running, StartOptions } from './start-here.ts';

/** Starts the built plugin as a process of its own, with pipes; the end of the test ends it. */
export async function startPlugin(
  t: TestContext,
  args: readonly string[],
  { kubeconfigPath, env = {} }: Pick<StartOptions, 'kubeconfigPath' | 'env'>,
): Promise<Running> {
  const child = spawn(process.execPath, [await builtPlugin(), ...args], {
    env: { PATH: process.env['PATH'], HOME, LANG: 'C.UTF-8', KUBECONFIG: kubeconfigPath, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A code of its own, whatever ended it: whoever dies of a signal has none.
  const done = once(child, 'close').then(([code]: (number | null)[]) => code ?? -1);
  t.after(async () => {
    child.kill('SIGKILL');
    await done;
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const running: Running = {
    stdout: () => stdout,
    stderr: () => stderr,
    lines: () => stdout.split('\n').slice(0, -1),
    interrupt: (signal = 'SIGINT') => void child.kill(signal),
    closeStdout: () => child.stdout.destroy(),
    done,
  };
  return ranWith(running, args);
}
