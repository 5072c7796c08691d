import { createInterface } from 'node:readline/promises';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import type { Flag } from '../flags.ts';
import { reasonOfInterruption } from '../wait/interruption.ts';

/** For commands that ask before they do something. */
export const YES_FLAG: Flag = { name: 'yes', short: 'y', kind: 'switch', summary: 'do not ask, do it' };

/** What the table says as well of ConfirmationRequired: there is nothing under way that could be watched. */
const SAY_YES = 'say --yes if it is meant';

/**
 * Asks a person whether to do what `question` says, on a terminal only; --yes is the answer elsewhere. The answer is no
 * unless it is yes, also where the input ends. Throws ConfirmationRequired where nobody can be asked, and where the answer
 * is no; Interrupted or Stopping where it was interrupted.
 */
export async function confirm(invocation: Invocation, question: string): Promise<void> {
  const { flags, stdin, stderr } = invocation;
  if (flags.isOn('yes')) return;
  if (!stdin.isTerminal || !stderr.isTerminal) {
    throw new CompassError('ConfirmationRequired', `this needs a yes: ${question}`);
  }
  const answer = await ask(invocation, `${question} [y/N] `);
  if (!/^y(?:es)?$/i.test(answer.trim())) {
    throw new CompassError('ConfirmationRequired', 'not confirmed; nothing was done');
  }
}

/** Asks a person for a line, on a terminal: empty where the input ends. Throws Interrupted or Stopping. */
export async function ask({ stdin, stderr, interrupted }: Invocation, question: string): Promise<string> {
  // The terminal keeps its own way of editing a line, and Ctrl-C stays what the process is told of.
  const asking = createInterface({ input: stdin.stream, output: stderr.stream, terminal: false });
  const ended = new AbortController();
  asking.once('close', () => ended.abort());
  try {
    return await asking.question(question, { signal: AbortSignal.any([interrupted, ended.signal]) });
  } catch (error) {
    if (!interrupted.aborted && !ended.signal.aborted) throw error;
    if (!interrupted.aborted) return '';
    // biome-ignore lint/style/useErrorCause: an interruption has no cause that would tell more
    throw new CompassError(reasonOfInterruption(interrupted), 'interrupted; nothing was done', { next: SAY_YES });
  } finally {
    asking.close();
  }
}
