import assert from 'node:assert/strict';
import { COMMANDS } from '../../plugin/commands.ts';

/** The command lines of what ran, by what it left: a result, or a run that goes on. */
const LINES = new WeakMap<object, readonly string[]>();

/** Remembers the command line of a run. */
export function ranWith<T extends object>(run: T, args: readonly string[]): T {
  LINES.set(run, args);
  return run;
}

/**
 * Asserts that it was this command that ended with this exit code. exit-codes.test.ts looks for these calls: nothing else counts
 * as a test of a command's exit code, beside the walks.
 */
export function assertExit(
  run: { readonly code: number; readonly stderr: string },
  command: string,
  code: number,
): void {
  assert.deepEqual([commandOf(run), run.code], [command, code], run.stderr);
}

/** The same of a run that goes on until it is interrupted. */
export async function assertEnd(
  run: { readonly done: Promise<number>; stderr(): string },
  command: string,
  code: number,
): Promise<void> {
  assert.deepEqual([commandOf(run), await run.done], [command, code], run.stderr());
}

/** The command whose words a line begins with, most of them. */
function commandOf(run: object): string | undefined {
  const words = LINES.get(run) ?? [];
  const isMeant = (name: string) => name.split(' ').every((word, at) => words[at] === word);
  const names = COMMANDS.map(({ name }) => name).filter(isMeant);
  return names.toSorted((a, b) => b.length - a.length)[0];
}
