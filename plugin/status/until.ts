import type { Flag, ParsedFlags } from '../flags.ts';
import type { ConnectionFacts } from './facts.ts';
import type { Judgement } from './judgement.ts';

const CHOICES = ['healthy', 'synced', 'renewed'] as const;

/** What can be waited for. */
export type Until = (typeof CHOICES)[number];

export const UNTIL_FLAG: Flag = {
  name: 'until',
  kind: 'text',
  value: 'WHAT',
  summary: 'wait until it is so',
  choices: CHOICES,
};

export function readUntil(flags: ParsedFlags): Until | undefined {
  return CHOICES.find((choice) => choice === flags.text(UNTIL_FLAG.name));
}

/** Whether it has come: `renewed` by comparison with the facts at the start. */
export function isReached(
  until: Until,
  facts: ConnectionFacts,
  { verdict }: Judgement,
  atStart: ConnectionFacts,
): boolean {
  switch (until) {
    case 'healthy':
      return verdict === 'Healthy';
    case 'synced':
      return verdict !== 'Disconnected' && isSynchronized(facts);
    case 'renewed':
      return isOther(facts, atStart);
  }
}

function isSynchronized({ state, conditions }: ConnectionFacts): boolean {
  const condition = conditions.find(({ type }) => type === 'Synchronized');
  // In the two states, everything is in place; without conditions they are all that says so.
  return condition ? condition.status === 'True' : state === 'Synchronized' || state === 'MetadataUpdateFailed';
}

/** By the fingerprint in use where both sights have one, else by the beginning of its validity. */
function isOther({ identity }: ConnectionFacts, { identity: before }: ConnectionFacts): boolean {
  if (identity?.inUse !== undefined && before?.inUse !== undefined) return identity.inUse !== before.inUse;
  return identity?.notBefore !== undefined && identity.notBefore > (before?.notBefore ?? Number.NEGATIVE_INFINITY);
}
