import { humanDuration } from '../output/age.ts';

/** What becomes of a held plan if nobody says anything, to follow `held`; empty where nothing is known. In milliseconds. */
export function fateOf(
  { goesAt, decision }: { readonly goesAt?: number | undefined; readonly decision?: string | undefined },
  now: number,
): string {
  if (decision === 'rejected' || decision === 'approved') return `, ${decision}`;
  if (goesAt === undefined) return '';
  return goesAt - now < 1_000 ? ' until the next listing' : ` for ${humanDuration(goesAt - now)} more`;
}
