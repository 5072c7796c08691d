import { isReason, REASONS } from '#common/errors.ts';
import { fateOf } from '../deletions/held-text.ts';
import { humanDuration } from '../output/age.ts';
import { suspensionBrief } from '../suspension/words.ts';
import type { ConnectionFacts, ContactFacts, Fault, ListingFacts, SyncFacts } from './facts.ts';
import { isExpired, isRefused } from './identity.ts';
import type { Line } from './judgement.ts';
import { count, moment } from './words.ts';

/** The Connector: when it was last asked, and what it said. */
export function connectorLine({ connector, state }: ConnectionFacts, now: number): Line {
  if (!connector || (connector.time === undefined && !connector.error)) {
    return { level: state === undefined ? 'none' : 'busy', facts: ['not asked yet'] };
  }
  return contactLine(connector, now, 'last used ');
}

/** The Director: when it was last asked, and whether its whole listing came. */
export function directorLine(facts: ConnectionFacts, now: number): Line {
  const { director, identity } = facts;
  if (isExpired(identity, now)) return { level: 'none', facts: ['not tried (no valid identity)'] };
  if (!director || (director.time === undefined && !director.error)) return { level: 'none', facts: ['not asked yet'] };
  const line = contactLine(director, now, '');
  return director.error ? line : { level: listingLevel(director), facts: [...line.facts, ...listing(director)] };
}

function contactLine({ time, latencyMs, error }: ContactFacts, now: number, verb: string): Line {
  const when = time === undefined ? [] : [`${verb}${humanDuration(now - time)} ago`];
  if (error) return { level: 'error', facts: [failure(error), ...when] };
  return { level: 'ok', facts: [...when, ...(latencyMs === undefined ? [] : [`${Math.round(latencyMs)}ms`])] };
}

/** `refused` is what the other side said; everything else may be on the way to it. */
function failure({ reason }: Fault): string {
  if (reason === undefined) return 'failed';
  const isRefusal = isReason(reason) && REASONS[reason].exit === 6;
  return `${isRefusal ? 'refused' : 'failed'}: ${reason}`;
}

function listingLevel({ complete }: ListingFacts): Line['level'] {
  return complete === false ? 'warning' : 'ok';
}

function listing({ pages, listed, complete }: ListingFacts): string[] {
  if (listed === undefined) return [];
  const whole = complete === undefined ? '' : complete ? ' (complete)' : ' (incomplete)';
  return [`${pages === undefined ? '' : `${count(pages, 'page')}, `}${count(listed, 'application')}${whole}`];
}

/** Synchronization: how many Applications are as the Director lists them. */
export function syncLine({ sync, state }: ConnectionFacts, now: number): Line {
  if (!sync || (sync.listed === undefined && sync.endedAt === undefined && !sync.error)) {
    const held = sync?.suspended;
    if (held) return { level: 'warning', facts: ['no synchronization has ended yet', suspensionBrief(held, now)] };
    return { level: state === 'Connected' ? 'busy' : 'none', facts: ['no synchronization has ended yet'] };
  }
  if (state === 'ConnectionFailed') {
    const kept = sync.present === undefined ? 'nothing is deleted' : `${count(sync.present, 'application')} kept`;
    return { level: 'warning', facts: ['stopped', kept] };
  }
  return { level: syncLevel(sync), facts: [...syncCounts(sync, now), ...lastChange(sync, now)] };
}

function lastChange({ changedAt, endedAt, revision }: SyncFacts, now: number): string[] {
  if (changedAt !== undefined) {
    const rev = revision === undefined ? '' : ` (rev ${revision})`;
    return [`last change ${humanDuration(now - changedAt)} ago${rev}`];
  }
  return endedAt === undefined ? [] : [`last applied ${humanDuration(now - endedAt)} ago`];
}

function syncLevel({ failedCount = 0, held, suspended, error }: SyncFacts): Line['level'] {
  if (error && failedCount === 0) return 'error';
  return failedCount > 0 || held || suspended ? 'warning' : 'ok';
}

function syncCounts(sync: SyncFacts, now: number): string[] {
  const { listed, inSync, secrets, failedCount = 0, held, suspended, error } = sync;
  return [
    ...(listed === undefined ? [] : [`${inSync ?? '-'}/${listed} applications${failedCount > 0 ? ' in sync' : ''}`]),
    ...(failedCount > 0 ? [`${failedCount} failed`] : []),
    ...(held ? [heldCount(held, now)] : []),
    ...(secrets === undefined || failedCount > 0 || held ? [] : [count(secrets, 'secret')]),
    ...(suspended ? [suspensionBrief(suspended, now)] : []),
    ...(error && failedCount === 0 ? [error.reason ?? 'failed'] : []),
  ];
}

function heldCount(held: NonNullable<SyncFacts['held']>, now: number): string {
  return `${count(held.count, 'deletion')} held${fateOf(held, now)}`;
}

/** How long this cluster may be cut off from Compass, or asleep, before it needs a new token. */
export function outageLine(facts: ConnectionFacts, now: number): Line {
  const { identity } = facts;
  const notAfter = identity?.notAfter;
  if (notAfter === undefined) return { level: 'none', facts: ['nothing to lose yet'] };
  if (isExpired(identity, now) || isRefused(facts)) {
    return { level: 'error', facts: ['used up: it takes a new one-time token'] };
  }
  return {
    level: 'ok',
    facts: [`survives ${humanDuration(notAfter - now)}`, `safe to hibernate until ${moment(notAfter, now)}`],
  };
}
