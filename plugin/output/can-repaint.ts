import type { Sink } from '../command.ts';

/** Whether what stands there can be painted over: on a terminal that knows escape sequences. */
export function canRepaint(
  { isTerminal }: Pick<Sink, 'isTerminal'>,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return isTerminal && env['TERM'] !== 'dumb';
}
