import { createInterface } from 'node:readline/promises';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import type { Flag } from '../flags.ts';

/** For commands that ask before they do something. */
export const YES_FLAG: Flag = { name: 'yes', short: 'y', kind: 'switch', summary: 'do not ask, do it' };

/**
 * Asks a person whether to do what `question` says, on a terminal only; --yes is the answer elsewhere. The answer is no
 * unless it is yes. Throws ConfirmationRequired where nobody can be asked, and where the answer is no.
 */
export async function confirm(invocation: Invocation, question: string): Promise<void> {
  const { flags, stdin, stderr, interrupted } = invocation;
  if (flags.isOn('yes')) return;
  if (!stdin.isTerminal || !stderr.isTerminal) {
    throw new CompassError('ConfirmationRequired', `this needs a yes: ${question}`);
  }
  const asking = createInterface({ input: stdin.stream, output: stderr.stream });
  try {
    const answer = await asking.question(`${question} [y/N] `, { signal: interrupted });
    if (!/^y(?:es)?$/i.test(answer.trim()))
      throw new CompassError('ConfirmationRequired', 'not confirmed; nothing was done');
  } finally {
    asking.close();
  }
}
