import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Order, Word } from './worker.ts';

/** How an order ended: every test passed, one failed, or one took far too long. */
export interface Outcome {
  readonly killedBy: string | undefined;
  readonly reached: readonly number[];
  readonly tookMs: number;
  /** Processor time: what it costs on a machine that others use, too. */
  readonly cpuMs: number;
  /** The test that ran last. */
  readonly last: string | undefined;
}

/** A process that has loaded the tests, and runs them as often as asked. It is replaced once it hung or broke. */
export class Worker {
  readonly #tree: string;
  readonly #files: readonly string[];
  #child: ChildProcess | undefined;

  constructor(tree: string, files: readonly string[]) {
    this.#tree = tree;
    this.#files = files;
  }

  /** Loads the tests, all or those of `keys`, with `mutant` in force from the start; gives their keys. */
  async start(mutant = 0, keys?: readonly string[]): Promise<readonly string[]> {
    this.stop();
    const only = keys && new Set(keys.map((key) => key.replace(/#.*/, '')));
    const files = this.#files.map((file) => join(this.#tree, file)).filter((file) => !only || only.has(file));
    const env = { ...process.env, COMPASS_MUTANT: String(mutant) };
    const options = { cwd: this.#tree, env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] as const };
    const child = fork(join(this.#tree, 'test/mutation/worker.ts'), files, { ...options, stdio: [...options.stdio] });
    this.#child = child;
    const [word] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [Word | number | null];
    if (typeof word !== 'object' || word === null || !('tests' in word)) throw new Error('the tests cannot be loaded');
    return word.tests;
  }

  stop(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  /** `limitMs` is for each test, by its key. */
  async run(order: Order, limitMs: (test: string) => number): Promise<Outcome> {
    if (this.#child?.exitCode !== null) await this.start();
    const child = this.#child as ChildProcess;
    const outcome = await new Promise<Outcome>((resolve) => {
      let last: string | undefined;
      const end = (killedBy: string | undefined, reached: readonly number[] = [], tookMs = 0, cpuMs = 0) => {
        clearTimeout(timer);
        child.removeAllListeners();
        resolve({ killedBy, reached, tookMs, cpuMs, last });
      };
      const watch = (test: string) => setTimeout(() => end(`timeout: ${test}`), limitMs(test));
      let timer = watch(order.tests[0] ?? '');
      child.on('exit', () => end('exit'));
      child.on('message', (word: Word) => {
        clearTimeout(timer);
        if ('begins' in word) {
          last = word.begins;
          timer = watch(last);
        } else if ('failed' in word) end(word.failed || undefined, word.reached, word.tookMs, word.cpuMs);
      });
      child.send(order);
    });
    if (/^(?:timeout|exit)/.test(outcome.killedBy ?? '')) this.stop();
    return outcome;
  }
}
