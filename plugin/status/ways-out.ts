import { atCluster, type Place } from '../failure.ts';
import type { ConnectionFacts } from './facts.ts';
import type { Problem, WayOut } from './judgement.ts';

/** The steps out of a dead end: a new token, and what it is given to. Empty where the connection heals by itself. */
export function waysOut(
  { identity }: ConnectionFacts,
  problems: readonly Problem[],
  place: Pick<Place, 'clusterFlags' | 'namedNamespace'>,
): readonly WayOut[] {
  if (!problems.some(({ isDeadEnd }) => isDeadEnd)) return [];
  const isPaired = identity?.notAfter !== undefined;
  const steps: readonly WayOut[] = [
    // It wants the Director and a login, which nothing here knows: its help says how.
    { what: 'get a token', command: 'kubectl compass token request --help' },
    { what: 'use it', command: `kubectl compass ${isPaired ? 'reconnect' : 'connect'} --token-stdin` },
    ...(isPaired ? [{ what: 'next time', command: 'kubectl compass cert check --survive 72h' }] : []),
  ];
  return steps.map(({ what, command }) => ({ what, command: atCluster(command, place) }));
}
