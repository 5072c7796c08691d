import type { ConnectionFacts } from './facts.ts';

/** Agents write the times in the status every few minutes at least. */
const LONGEST_SILENCE_MS = 60 * 60_000;

/**
 * Whether nobody writes the status any more, where it is all that there is to go by: a connection that looks well may
 * have lost its agent long ago.
 */
export function isStale({ source, writtenAt, state, notPermitted }: ConnectionFacts, now: number): boolean {
  if (source !== 'resource' || notPermitted.some(({ resource }) => resource.startsWith('compassconnections')))
    return false;
  return writtenAt === undefined ? state === undefined : now - writtenAt > LONGEST_SILENCE_MS;
}
