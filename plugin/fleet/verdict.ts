import { REASONS, type Reason } from '#common/errors.ts';
import { atCluster, nextFor, nextOf, remediationOf } from '../failure.ts';
import type { ReportDocument } from '../output/document.ts';
import { isSilent, isUnhealthy, type Member } from './member.ts';

/** What all members come to. */
interface FleetVerdict {
  readonly status: 'Healthy' | 'Unhealthy' | 'Unreachable' | 'NotInstalled';
  readonly exitCode: 0 | 1 | 3 | 4;
}

/**
 * 1 where one is not healthy, whatever else there is: that is certain, and wants a person. 4 where one gave no answer, since
 * nothing is known of it. 3 where all answered and none has a connection; one without is no fault of the others.
 */
export function verdictOf(members: readonly Member[]): FleetVerdict {
  if (members.some(isUnhealthy)) return { status: 'Unhealthy', exitCode: 1 };
  if (members.some(isSilent)) return { status: 'Unreachable', exitCode: 4 };
  if (members.every(({ view }) => view === undefined)) return { status: 'NotInstalled', exitCode: 3 };
  return { status: 'Healthy', exitCode: 0 };
}

/** The verdict as every document of a failure has it: what is wrong, and a command for each that it is about. */
export function failureOf(members: readonly Member[]): Pick<ReportDocument, 'error' | 'remediation'> {
  const { exitCode } = verdictOf(members);
  if (exitCode === 0) return {};
  const bad = members.filter(exitCode === 1 ? isUnhealthy : isSilent);
  const share = `${bad.length} of ${members.length}`;
  if (exitCode === 1) return failure('NotReady', `not healthy: ${namesOf(bad)} (${share})`, bad);
  if (exitCode === 4) {
    return failure(bad[0]?.error?.reason ?? 'ClusterUnreachable', `no answer from ${namesOf(bad)} (${share})`, bad);
  }
  return failure('NotInstalled', 'none of these clusters has a CompassConnection or a report of a sidecar', members);
}

function failure(reason: Reason, message: string, members: readonly Member[]): ReturnType<typeof failureOf> {
  const commands = [...new Set(members.map(nextOfMember))];
  return { error: { code: REASONS[reason].code, reason, message }, remediation: commands.map(remediationOf) };
}

/** What tells more of a member, or what is to be done where there is none. */
export function nextOfMember({ view, error, place }: Member): string {
  if (view) return atCluster(`kubectl compass status ${view.facts.name}`, place);
  return error ? nextOf(error, place) : nextFor('ClusterUnreachable', place);
}

function namesOf(members: readonly Member[]): string {
  return [...new Set(members.map(({ context }) => context))].join(', ');
}
