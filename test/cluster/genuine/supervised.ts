import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Runs a program until its own end or ours, whichever comes first, even where we are killed: a shell waits on a pipe
 * that only we hold. Arguments are the folder to remove at the end (or ''), the program, its arguments.
 */
const SUPERVISE = `
folder=$1; shift
exec 3<&0
"$@" </dev/null 3<&- & program=$!
{ cat <&3 >/dev/null; kill -9 $program 2>/dev/null; } & watch=$!
exec 3<&-
wait $program; code=$?
kill $watch 2>/dev/null
[ -z "$folder" ] || rm -rf "$folder"
exit $code
`;

/** A program that cannot outlive this process. */
export class Supervised {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #log: string;

  constructor(program: string, args: readonly string[], log: string, folderToRemove = '') {
    const output = openSync(log, 'a');
    this.name = basename(program);
    this.#log = log;
    this.#child = spawn('sh', ['-c', SUPERVISE, 'sh', folderToRemove, program, ...args], {
      stdio: ['pipe', output, output],
    });
    // Neither the process nor its pipe keeps the tests from ending.
    this.#child.unref();
    const { stdin } = this.#child;
    if (stdin && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  }

  hasEnded(): boolean {
    return this.#child.exitCode !== null;
  }

  /** Throws with the end of its log when it has ended. */
  assertRuns(): void {
    if (!this.hasEnded()) return;
    const tail = readFileSync(this.#log, 'utf8').split('\n').slice(-12).join('\n');
    throw new Error(`${this.name} ended with ${this.#child.exitCode}:\n${tail}`);
  }

  async stop(): Promise<void> {
    if (this.hasEnded()) return;
    this.#child.ref();
    const exited = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await exited;
  }
}
