import { comingIn, humanDuration } from '../output/age.ts';
import type { ConnectionFacts, IdentityFacts } from './facts.ts';
import { isExpired, isOverdue, isRefused, renewalShare } from './identity.ts';
import type { Line } from './judgement.ts';
import { type Renewal, renewalOf } from './renewal.ts';
import { moment, short } from './words.ts';

/** The client certificate: how much of its life is left, and when it is renewed. */
export function identityLine(facts: ConnectionFacts, now: number): Line {
  const { identity } = facts;
  if (identity?.notAfter === undefined) return { level: 'none', facts: ['no client certificate yet'] };
  const { notAfter } = identity;
  if (isExpired(identity, now)) {
    return { level: 'error', facts: [`expired ${humanDuration(now - notAfter)} ago`, moment(notAfter, now)] };
  }
  const renewing = renewalOf(facts, now);
  if (renewing) {
    return { level: 'busy', facts: [...renewalSteps(renewing, now), `valid ${humanDuration(notAfter - now)} left`] };
  }
  if (isRefused(facts)) {
    return { level: 'error', facts: ['refused by Compass', `would be valid until ${moment(notAfter, now)}`] };
  }
  return validLine(facts, { ...identity, notAfter }, now);
}

function validLine(
  { runtimeId, source }: ConnectionFacts,
  identity: IdentityFacts & { readonly notAfter: number },
  now: number,
): Line {
  const { notAfter, notBefore, commonName } = identity;
  if (notBefore !== undefined && notBefore > now) {
    return { level: 'warning', facts: [`not valid before ${moment(notBefore, now)}`, 'is a clock wrong?'] };
  }
  const life = notBefore === undefined ? '' : ` of ${humanDuration(notAfter - notBefore)}`;
  return {
    level: isOverdue(identity, now) || differs(identity) ? 'warning' : 'ok',
    facts: [
      `valid ${humanDuration(notAfter - now)}${life} left`,
      ...renewal(identity, now),
      ...(differs(identity) ? ['the stored one is another'] : []),
      ...(commonName && commonName !== runtimeId ? [`CN=${short(commonName)}`] : []),
      ...(source === 'resource' ? ['as its status says'] : []),
    ],
  };
}

/** What each step is called while it is under way, and once it is done. */
const STEPS: Readonly<Record<string, readonly [busy: string, done: string]>> = {
  configuration: ['asks for its configuration', 'configured'],
  key: ['makes a new key', 'new key'],
  sign: ['waits for the Connector', 'signed'],
  store: ['stores it', 'stored'],
  prove: ['proves it by a call', 'proven'],
};

function renewalSteps({ steps, since }: Renewal, now: number): string[] {
  if (steps.length === 0) return ['a new certificate was asked for'];
  return steps.map(({ step, status }) => {
    const [busy, done] = STEPS[step] ?? [step, step];
    if (status === 'ok') return done;
    return status === 'busy' ? `${busy} (${humanDuration(now - (since ?? now))})` : `${step} failed`;
  });
}

function renewal(identity: IdentityFacts, now: number): string[] {
  const { renewAt } = identity;
  if (renewAt === undefined) return [];
  if (isOverdue(identity, now)) return [`renewal overdue by ${humanDuration(now - renewAt)}`];
  if (renewAt <= now) return ['renewal due now'];
  const share = renewalShare(identity);
  return [`renews ${comingIn(renewAt - now)}${share === 0.5 ? ' (half of its life)' : ''}`];
}

function differs({ inUse, stored }: IdentityFacts): boolean {
  return inUse !== undefined && stored !== undefined && inUse !== stored;
}
