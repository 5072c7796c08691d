import { REASONS, type Reason } from '#common/errors.ts';
import type { Judgement } from './judge.ts';

/** 5 and 6 where Compass cannot be reached or refuses the certificate, 1 for anything else that is wrong. */
export function verifyExitCode({ failing: [first] }: Judgement): number {
  if (!first) return 0;
  const exit = first.reason !== undefined && first.reason in REASONS ? REASONS[first.reason as Reason].exit : 1;
  return exit === 5 || exit === 6 ? exit : 1;
}
