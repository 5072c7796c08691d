import { hiddenReport } from '../connection/right.ts';
import { NOT_PERMITTED, NOTHING } from '../get/row.ts';
import { comingIn, humanDuration } from '../output/age.ts';
import type { ConnectionFacts } from '../status/facts.ts';
import { isExpired, isRefused } from '../status/identity.ts';
import type { View } from '../status/view.ts';
import { short } from '../status/words.ts';

/** Behind CONTEXT, CONNECTION and STATE. */
export const HEADS = ['CERT LEFT', 'SURVIVES', 'APPS', 'LAST SYNC', 'FINDINGS'] as const;
export const WIDE_HEADS = ['RENEWS', 'RUNTIME', 'NAMESPACE', 'VERSION', 'REASON'] as const;

/** What a row says of a connection, under HEADS. */
export function cells({ facts, judgement, now }: View): readonly string[] {
  const { problems } = judgement;
  return [
    certificateLeft(facts, now),
    survives(facts, now),
    applications(facts),
    lastSync(facts, now),
    problems.length === 0 ? '' : String(problems.length),
  ];
}

/** What `-o wide` says as well, under WIDE_HEADS. */
export function wideCells({ facts, judgement, now }: View): readonly string[] {
  const { identity, runtimeId, namespace, agent } = facts;
  const [first] = judgement.problems;
  const renewAt = identity?.renewAt;
  return [
    renewAt === undefined || isExpired(identity, now) ? NOTHING : comingIn(renewAt - now),
    runtimeId === undefined ? unknown(facts) : short(runtimeId),
    namespace ?? NOTHING,
    agent?.version ?? unknown(facts),
    first ? [first.code, first.reason].filter((part) => part).join(' ') || NOTHING : '',
  ];
}

/** What is left of the certificate, of how much: `17h/24h`. */
function certificateLeft({ identity }: ConnectionFacts, now: number): string {
  const { notBefore, notAfter } = identity ?? {};
  if (notAfter === undefined) return NOTHING;
  if (isExpired(identity, now)) return 'expired';
  const life = notBefore === undefined ? '' : `/${humanDuration(notAfter - notBefore)}`;
  return `${humanDuration(notAfter - now)}${life}`;
}

function survives(facts: ConnectionFacts, now: number): string {
  const notAfter = facts.identity?.notAfter;
  if (notAfter === undefined || isExpired(facts.identity, now) || isRefused(facts)) return NOTHING;
  return humanDuration(notAfter - now);
}

/** In sync of those listed; where the connection fails, how many are kept. */
function applications(facts: ConnectionFacts): string {
  const { sync, state } = facts;
  if (state === 'ConnectionFailed' && sync?.present !== undefined) return `${sync.present} kept`;
  return sync?.listed === undefined ? unknown(facts) : `${sync.inSync ?? NOTHING}/${sync.listed}`;
}

function lastSync(facts: ConnectionFacts, now: number): string {
  const endedAt = facts.sync?.endedAt;
  return endedAt === undefined ? unknown(facts) : humanDuration(now - endedAt);
}

/** What only the report tells may be hidden, and is not missing then. */
function unknown({ notPermitted }: ConnectionFacts): string {
  return hiddenReport(notPermitted) ? NOT_PERMITTED : NOTHING;
}
