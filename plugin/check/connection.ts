import { checkLife } from '#common/checks/life.ts';
import type { ReportedCondition } from '#common/resources/report.ts';
import type { ConnectionFacts, ContactFacts, Fault, SyncFacts } from '../status/facts.ts';
import { BAD_WHEN_TRUE } from '../status/problems.ts';
import { suspensionText } from '../suspension/words.ts';
import type { PlacedFinding } from './finding.ts';

const FROM = { from: 'cluster' } as const;

/** What the report, or the CompassConnection alone, says of the connection: pure. */
export function checkConnection(facts: ConnectionFacts, now: number): PlacedFinding[] {
  const findings = [
    ...identity(facts, now),
    ...contact({ category: 'connector', name: 'reach' }, facts.connector, 'the last call'),
    ...director(facts),
    ...(facts.sync ? synchronization(facts, facts.sync) : []),
    ...applications(facts),
  ];
  return [...findings, ...conditions(facts.conditions, findings)];
}

function identity({ identity: dates, connector, conditions: seen }: ConnectionFacts, now: number): PlacedFinding[] {
  if (!dates) return [];
  const connected = seen.find(({ type, status }) => type === 'Connected' && status === 'False');
  const cause = connector?.error?.message ?? connected?.message;
  return [{ ...checkLife(dates, now, cause), ...FROM }];
}

function contact(
  named: Pick<PlacedFinding, 'category' | 'name'>,
  facts: ContactFacts | undefined,
  what: string,
): PlacedFinding[] {
  const error = facts?.error;
  if (!error) return [];
  return [{ ...FROM, ...named, status: 'error', ...problem(error, `${what} failed: `) }];
}

function problem(
  { reason, message, requestId }: Fault,
  before = '',
): Pick<PlacedFinding, 'reason' | 'message' | 'facts'> {
  const facts = requestId === undefined ? {} : { facts: { requestId } };
  return { reason: reason ?? 'ApplicationFailed', message: `${before}${message}`, ...facts };
}

function director({ director: facts }: ConnectionFacts): PlacedFinding[] {
  const named = { category: 'director', name: 'listing' };
  if (facts?.error) return contact(named, facts, 'the last listing');
  if (facts?.pages === undefined) return [];
  const { pages, complete, incompleteBecause } = facts;
  const base = { ...FROM, ...named };
  const count = `${pages} page${pages === 1 ? '' : 's'}`;
  if (complete !== false) return [{ ...base, status: 'ok', message: `${count}, complete` }];
  const message = `the last listing is not complete${incompleteBecause ? `: ${incompleteBecause}` : ''}`;
  return [{ ...base, status: 'warning', reason: 'ListingIncomplete', message }];
}

function synchronization({ state }: ConnectionFacts, sync: SyncFacts): PlacedFinding[] {
  const base = { ...FROM, category: 'sync' };
  const { held, suspended } = sync;
  const findings: PlacedFinding[] = [{ ...base, name: 'result', ...result(sync, state) }];
  if (held) {
    const why = held.why ? `: ${held.why}` : '';
    const message = `${held.count} deletion${held.count === 1 ? '' : 's'} held${why}`;
    findings.push({ ...base, name: 'held', status: 'warning', reason: 'DeletionsHeld', message });
  }
  if (suspended) {
    const message = `suspended: ${suspensionText(suspended)}`;
    findings.push({ ...base, name: 'suspended', status: 'warning', reason: 'Suspended', message });
  }
  return findings;
}

function result(
  { inSync, listed, error }: SyncFacts,
  state: string | undefined,
): Pick<PlacedFinding, 'status' | 'reason' | 'message' | 'facts'> {
  if (error) return { status: 'error', ...problem(error) };
  if (inSync === undefined || listed === undefined) {
    return { status: 'skipped', message: `not synchronized yet${state === undefined ? '' : ` (${state})`}` };
  }
  // Which of them are not, and why, is said of the Applications.
  return { status: 'ok', message: inSync === listed ? `${inSync} in sync` : `${inSync} of ${listed} in sync` };
}

/** A name may be of 100 characters. */
const LONGEST_NAME = 40;

/** One finding a reason: the first Application of it says what it is about, the facts name them all. */
function applications({ sync, omitted }: ConnectionFacts): PlacedFinding[] {
  const isCut = (omitted['failures'] ?? 0) > 0;
  return [...Map.groupBy(sync?.failed ?? [], ({ reason }) => reason)].flatMap(([reason, failed]) => {
    const [first] = failed;
    if (!first) return [];
    const others = failed.length - 1;
    const more = others === 0 && !isCut ? '' : ` and ${others}${isCut ? ' or more' : ''} like it`;
    const name = first.name.length > LONGEST_NAME ? `${first.name.slice(0, LONGEST_NAME)}…` : first.name;
    const message = `${JSON.stringify(name)}${more}: ${first.message}`;
    const facts = { names: failed.map((one) => one.name).join(', ') };
    return [{ ...FROM, category: 'apps', name: reason, status: 'error', reason, message, facts } as const];
  });
}

/** What works for now and should not stay so. */
const WARNED = [...BAD_WHEN_TRUE, 'LabelsReported'];

const CATEGORY_OF: Readonly<Record<string, string>> = {
  Connected: 'connector',
  ReconnectPending: 'identity',
  RenewalOverdue: 'identity',
  StoreForbidden: 'rbac',
  TLSVerificationDisabled: 'connector',
  ClockSkew: 'connector',
  DefinitionMissing: 'crd',
  ConnectionForbidden: 'rbac',
  ForeignAgent: 'agent',
  LabelsReported: 'director',
  DeletionsHeld: 'sync',
  Suspended: 'sync',
  Synchronized: 'sync',
};

/** Their reason is their type, where the table has another one for the same. */
const REASON_OF: Readonly<Record<string, string>> = {
  TLSVerificationDisabled: 'VerificationDisabled',
  DefinitionMissing: 'NotInstalled',
  ConnectionForbidden: 'ClusterForbidden',
  ReconnectPending: 'TokenRequired',
};

/** Conditions of ours that are bad, unless their reason was said already. Ready sums the others up. */
function conditions(seen: readonly ReportedCondition[], said: readonly PlacedFinding[]): PlacedFinding[] {
  return seen.filter(isBad).flatMap((condition): PlacedFinding[] => {
    const { type, message = '' } = condition;
    const reason = REASON_OF[type] ?? condition.reason ?? 'InternalError';
    const isSummary = reason === 'Pending' || reason === 'ApplicationFailed';
    if (isSummary || said.some((finding) => finding.reason === reason)) return [];
    const status = WARNED.includes(type) ? 'warning' : 'error';
    return [{ ...FROM, category: CATEGORY_OF[type] ?? 'sync', name: type.toLowerCase(), status, reason, message }];
  });
}

function isBad({ type, status }: ReportedCondition): boolean {
  if (BAD_WHEN_TRUE.includes(type)) return status === 'True';
  return ['Connected', 'Synchronized', 'LabelsReported'].includes(type) && status === 'False';
}
