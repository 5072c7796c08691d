import { REASONS } from '#common/errors.ts';
import { remediationOf } from '../failure.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import { statusDocument } from '../status/document.ts';
import { isSilent, isUnhealthy, type Member } from './member.ts';
import { failureOf, nextOfMember, verdictOf } from './verdict.ts';

const FLEET_KIND = 'FleetReport';
const MEMBER_KIND = 'FleetMember';

/** Of the document of `status`, what one look at many connections needs: its history stays where it is. */
const PARTS = [
  'connection',
  'source',
  'namespace',
  'identity',
  'connector',
  'director',
  'sync',
  'agent',
  'outage',
  'findings',
  'notPermitted',
  'remarks',
  'error',
  'remediation',
];

/** The whole table for programs: see schemas/fleet-report.ts. Additive changes only. */
export function fleetDocument(members: readonly Member[], now: number): ReportDocument {
  const verdict = verdictOf(members);
  const document = {
    ...documentHead(FLEET_KIND, verdict, now),
    counts: countsOf(members),
    items: members.map(memberItem),
    ...failureOf(members),
  };
  return document;
}

/** One row as a document of its own, for `-o ndjson`. */
export function memberDocument(member: Member, now: number): ReportDocument {
  const { exitCode } = verdictOf([member]);
  return { ...documentHead(MEMBER_KIND, { status: member.state, exitCode }, now), ...memberItem(member) };
}

function countsOf(members: readonly Member[]): Readonly<Record<string, number>> {
  const unhealthy = members.filter(isUnhealthy).length;
  const seen = members.filter(({ view }) => view !== undefined).length;
  return {
    contexts: new Set(members.map(({ context }) => context)).size,
    connections: seen,
    healthy: seen - unhealthy,
    unhealthy,
    unreachable: members.filter(isSilent).length,
    notInstalled: members.filter((member) => !(member.view || isSilent(member))).length,
  };
}

function memberItem(member: Member): object {
  const { context, state, view, error, place } = member;
  if (view) {
    const document = statusDocument(view.facts, view.judgement, view.now, place);
    const parts = PARTS.filter((part) => document[part] !== undefined).map((part) => [part, document[part]]);
    return { context, state, ...Object.fromEntries(parts) };
  }
  if (!error) return { context, state };
  const { reason, message } = error;
  const remediation = [remediationOf(nextOfMember(member))];
  return { context, state, error: { code: REASONS[reason].code, reason, message }, remediation };
}
