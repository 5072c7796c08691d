import { CLOCK_GRACE_MS } from '#common/clock.ts';
import type { AgentFacts, ConnectionFacts, IdentityFacts } from './facts.ts';

/** What is normal after the deadline: a pass of the sidecar and its back-off. */
const GRACE_MS = 10 * 60_000;

export function isExpired(identity: IdentityFacts | undefined, now: number): boolean {
  return identity?.notAfter !== undefined && identity.notAfter <= now;
}

/** Whether Compass refuses the certificate altogether, whatever its dates say: revoked, or the Runtime is gone. */
export function isRefused({ state, conditions }: ConnectionFacts): boolean {
  const connected = conditions.find(({ type }) => type === 'Connected');
  return state === 'ConnectionFailed' && connected?.status === 'False' && connected.reason === 'Rejected';
}

/** Whether the sidecar should have renewed and did not: judged by its own deadline, with some grace. */
export function isOverdue({ notBefore, notAfter, renewAt }: IdentityFacts, now: number): boolean {
  if (renewAt === undefined || notAfter === undefined) return false;
  const life = notBefore === undefined ? Number.POSITIVE_INFINITY : notAfter - notBefore;
  return now > renewAt + Math.min(GRACE_MS, life / 20);
}

/** At which part of its life the certificate is renewed, to two digits. */
export function renewalShare({ notBefore, notAfter, renewAt }: IdentityFacts): number | undefined {
  if (notBefore === undefined || notAfter === undefined || renewAt === undefined) return undefined;
  return Math.round(((renewAt - notBefore) / (notAfter - notBefore)) * 20) / 20;
}

/** Whether the sidecar works, by its Lease; undefined where that could not be read. */
export function isRunning({ leaseUntil }: AgentFacts, now: number): boolean | undefined {
  return leaseUntil === undefined ? undefined : leaseUntil + CLOCK_GRACE_MS > now;
}
