import { isReason, REASONS, type Reason } from '#common/errors.ts';
import type { ReportedCondition } from '#common/resources/report.ts';
import { DEFAULT_NAMESPACE, SIDECAR_SELECTOR } from '../connection/reports.ts';
import { decideCommands } from '../deletions/decide-command.ts';
import { atCluster, nextFor, type Place } from '../failure.ts';
import { humanDuration } from '../output/age.ts';
import type { ConnectionFacts, FailedApplicationFacts, Fault } from './facts.ts';
import { isExpired, isOverdue, isRunning } from './identity.ts';
import type { Problem } from './judgement.ts';
import { isStale } from './staleness.ts';

/** Conditions that say True when something is wrong: the others say False. */
export const BAD_WHEN_TRUE = [
  'DeletionsHeld',
  'Suspended',
  'ReconnectPending',
  'StoreForbidden',
  'TLSVerificationDisabled',
  'ClockSkew',
  'DefinitionMissing',
  'ConnectionForbidden',
  'ForeignAgent',
  'RenewalOverdue',
];

/** What works for now and should not stay so. */
const WARNINGS = [
  'DeletionsHeld',
  'Suspended',
  'TLSVerificationDisabled',
  'ClockSkew',
  'LabelsFailed',
  'ClusterNotFound',
  'ListingIncomplete',
];

/** What nothing but a new one-time token mends. */
const DEAD_ENDS: readonly Reason[] = [
  'TokenRequired',
  'TokenRefused',
  'Rejected',
  'CertificateExpired',
  'InvalidCredential',
  'Disconnected',
];

/** Where nothing better is known: what the sidecar itself says. */
const LOGS_REASON: Reason = 'InternalError';

/** Everything that needs a person or explains the verdict, the gravest first, each reason and message once. */
export function findProblems(
  facts: ConnectionFacts,
  now: number,
  commandPlace: Pick<Place, 'clusterFlags' | 'namedNamespace'>,
): Problem[] {
  const place: Place = { ...commandPlace, namespace: facts.namespace };
  const faults = [
    ...sidecarFaults(facts, now),
    ...identityFaults(facts, now),
    ...contactFaults(facts),
    ...listingFaults(facts),
    ...conditionFaults(facts),
    ...applicationFaults(facts),
  ];
  if (faults.length === 0) faults.push(...stateFaults(facts));
  // What another agent says has no reason, and its log is not where ours is.
  const otherwise = facts.source === 'resource' ? `kubectl get compassconnection ${facts.name} -o yaml` : undefined;
  const problems = dropRepeated(faults).map((fault) => {
    const others = fault.reason === 'DeletionsHeld' ? approval(facts, place) : [];
    return problemOf({ next: fault.reason ? undefined : otherwise, ...fault }, place, others);
  });
  return problems.toSorted((a, b) => rank(a) - rank(b));
}

function rank({ severity }: Problem): number {
  return severity === 'error' ? 0 : 1;
}

/** A bad state that nothing explains. */
function stateFaults({ state }: ConnectionFacts): Fault[] {
  if (state === undefined || ['Synchronized', 'Connected'].includes(state)) return [];
  return [{ message: `its state is ${state}, and nothing says why` }];
}

function sidecarFaults(facts: ConnectionFacts, now: number): Fault[] {
  const { agent, name, namespace = DEFAULT_NAMESPACE, writtenAt } = facts;
  if (facts.source === 'nothing') {
    return [{ reason: 'NotInstalled', message: `there is no CompassConnection ${name}, and no report of a sidecar` }];
  }
  if (facts.isGone) {
    const message = `the CompassConnection ${name} is gone, so that nothing can be asked of its sidecar`;
    return [{ reason: 'ClusterNotFound', message, next: 'kubectl compass status -w' }];
  }
  if (agent && isRunning(agent, now) === false) {
    const since = humanDuration(now - (agent.leaseUntil ?? now));
    return [
      {
        reason: 'SidecarSilent',
        message: `the sidecar of ${name} has not been seen for ${since}: nothing is renewed or synchronized`,
        next: `kubectl -n ${namespace} get pods -l ${SIDECAR_SELECTOR}`,
      },
    ];
  }
  if (!isStale(facts, now)) return [];
  if (writtenAt === undefined) {
    return [{ reason: 'NotInstalled', message: `nothing has ever written the status of ${name}: no sidecar keeps it` }];
  }
  const silence = humanDuration(now - writtenAt);
  return [
    {
      reason: 'SidecarSilent',
      message: `nothing has written the status of ${name} for ${silence}: does a sidecar or an agent run?`,
      next: 'kubectl get deployments --all-namespaces',
    },
  ];
}

function identityFaults({ identity, conditions }: ConnectionFacts, now: number): Fault[] {
  if (!identity || conditions.some(({ type, status }) => type === 'Connected' && status === 'False')) return [];
  if (isExpired(identity, now)) {
    const ago = humanDuration(now - (identity.notAfter ?? now));
    return [{ reason: 'CertificateExpired', message: `the client certificate expired ${ago} ago; nothing is deleted` }];
  }
  if (!isOverdue(identity, now)) return [];
  const since = humanDuration(now - (identity.renewAt ?? now));
  return [{ reason: 'RenewalOverdue', message: `the certificate should have been renewed ${since} ago` }];
}

function conditionFaults({ conditions, sync }: ConnectionFacts): Fault[] {
  const named = sync?.failed ?? [];
  return conditions.filter(isBad).flatMap(({ reason, message = '' }) => {
    // The Applications come one by one: what sums them up says nothing more.
    const summary = named.length > 0 && (reason === 'ApplicationFailed' || named.some((one) => one.reason === reason));
    return summary || reason === 'Pending' ? [] : [{ reason, message }];
  });
}

/** Unknown is not bad: what it waits for is said elsewhere. Conditions of others are not ours to judge. */
function isBad({ type, status }: ReportedCondition): boolean {
  if (BAD_WHEN_TRUE.includes(type)) return status === 'True';
  return ['Connected', 'Synchronized', 'Ready', 'LabelsReported'].includes(type) && status === 'False';
}

/** Who disconnected wants no contact: what the last ones came to is over. */
function contactFaults({ connector, director, sync, conditions }: ConnectionFacts): Fault[] {
  if (conditions.some(({ type, reason }) => type === 'Connected' && reason === 'Disconnected')) return [];
  return [connector?.error, director?.error, sync?.error].filter((fault) => fault !== undefined);
}

/** A listing that failed says so itself. */
function listingFaults({ director }: ConnectionFacts): Fault[] {
  if (director?.complete !== false || director.error) return [];
  const why = director.incompleteBecause ? `: ${director.incompleteBecause}` : '';
  const message = `the last listing is not complete${why}; what it lacks stays as it is`;
  return [{ reason: 'ListingIncomplete', message }];
}

/** One fault for all Applications that fail for the same reason: the first of them says what it is about. */
function applicationFaults({ sync, omitted }: ConnectionFacts): Fault[] {
  const named = sync?.failed ?? [];
  const unnamed = Math.max(omitted['failures'] ?? 0, (sync?.failedCount ?? 0) - named.length);
  const groups = [...Map.groupBy(named, ({ reason }) => reason)];
  return groups.map(([reason, failed]) => {
    // Whom the report does not name may have failed for any of several reasons.
    const others = failed.length - 1 + (groups.length === 1 ? unnamed : 0);
    const more = others === 0 ? '' : ` and ${others}${groups.length > 1 && unnamed > 0 ? ' or more' : ''} like it`;
    return {
      reason,
      name: failed[0]?.name,
      message: failed
        .slice(0, 1)
        .map((first) => describe(first, more))
        .join(''),
    };
  });
}

function describe({ name, message }: FailedApplicationFacts, more: string): string {
  return `Application ${JSON.stringify(name)}${more}: ${message}`;
}

/**
 * The first fault of each reason: conditions, contacts and status fields say the same thing in turn, and some of them
 * without the reason.
 */
function dropRepeated(faults: readonly Fault[]): Fault[] {
  const seen = new Set<string>();
  const explained = new Set(faults.filter(({ reason }) => reason !== undefined).map(({ message }) => message));
  return faults.filter(({ reason, message }) => {
    if (reason === undefined && explained.has(message)) return false;
    const key = reason ?? message;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** To let the held plan go is a person's to say; who wants to drop it is told how by the diff. */
function approval({ name, isGone, sync }: ConnectionFacts, place: Place): readonly string[] {
  const plan = sync?.held?.id;
  return plan === undefined || isGone ? [] : [decideCommands({ connection: name, plan }, place).approve];
}

function problemOf(
  { reason, message, name, requestId, next }: Fault,
  place: Place,
  others: readonly string[],
): Problem {
  const known = isReason(reason) ? reason : undefined;
  const code = known && REASONS[known].code;
  const then = next === undefined ? nextFor(known ?? LOGS_REASON, place) : atCluster(next, place);
  return {
    severity: WARNINGS.includes(reason ?? '') ? 'warning' : 'error',
    reason,
    code,
    message: requestId ? `${message} (x-request-id ${requestId})` : message,
    name,
    isDeadEnd: known !== undefined && DEAD_ENDS.includes(known),
    next: then,
    others,
    explain: code === undefined || then.includes('kubectl ') ? undefined : `kubectl compass explain ${code}`,
  };
}
