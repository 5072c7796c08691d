import { formatTime } from '#common/clock.ts';
import type { Style } from '../command.ts';
import { age } from '../output/age.ts';
import { table } from '../output/table.ts';
import { plain } from '../output/text.ts';
import { suspensionText } from '../suspension/words.ts';
import type { ConnectionFacts, ContactFacts } from './facts.ts';

/** What `--details` and `-o wide` add to the screen: where everything is, and the lists behind the counts, uncut. */
export function formatDetails(facts: ConnectionFacts, now: number, { paint, symbols }: Style): string {
  const sections = [
    places(facts),
    section('CONDITION', ['STATUS', 'REASON', 'AGE', 'MESSAGE'], conditionRows(facts, now)),
    section('WARNING', ['MESSAGE'], warningRows(facts)),
    section('CONTACT', ['AGE', 'LATENCY', 'RESULT', 'X-REQUEST-ID', 'MESSAGE'], contactRows(facts, now)),
    section('STEP', ['STATUS', 'AGE', 'MESSAGE'], stepRows(facts, now)),
    section('REQUEST', ['ID', 'AGE', 'RESULT', 'REASON', 'MESSAGE'], requestRows(facts, now)),
    section('FAILED APPLICATION', ['REASON', 'MESSAGE'], failureRows(facts)),
    section('CHANGED', ['WHAT', 'KIND', 'NAME', 'REV', 'CAUSE'], changeRows(facts, now)),
  ];
  return sections
    .filter(({ rows }) => rows.length > 0)
    .map(
      ({ head, rows }) =>
        `\n${table(
          head,
          rows.map((row) => row.map((cell) => plain(cell, symbols))),
          paint,
        )}`,
    )
    .join('');
}

interface Section {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function section(first: string, others: readonly string[], rows: Section['rows']): Section {
  return { head: [first, ...others], rows };
}

function places(facts: ConnectionFacts): Section {
  const { identity, sync, director } = facts;
  const rows: [string, string | undefined][] = [
    ['state', facts.state],
    ['runtime', facts.runtimeId],
    ['tenant', facts.tenant],
    ['connector', facts.connectorUrl],
    ['director', facts.directorUrl],
    ['namespace of the sidecar', facts.namespace],
    ['common name', identity?.commonName],
    ['certificate valid from', time(identity?.notBefore)],
    ['certificate valid until', time(identity?.notAfter)],
    ['certificate renewed at', time(identity?.renewAt)],
    ['fingerprint in use', identity?.inUse],
    ['fingerprint stored', identity?.stored],
    ['last synchronization', time(sync?.endedAt)],
    ['next synchronization', time(facts.nextSyncAt)],
    ['held plan', sync?.held?.id],
    ['held because', sync?.held?.why],
    ['held since', time(sync?.held?.since)],
    ['held until', time(sync?.held?.goesAt)],
    ['decided on it', sync?.held?.decision],
    ['incomplete because', director?.incompleteBecause],
    ['suspended', sync?.suspended && suspensionText(sync.suspended)],
    ['suspended since', time(sync?.suspended?.since)],
    ['not deleted for that', count(sync?.suspended?.waiting)],
  ];
  return { head: ['FACT', 'VALUE'], rows: rows.flatMap(([name, value]) => (value ? [[name, value]] : [])) };
}

function count(number: number | undefined): string | undefined {
  return number === undefined || number === 0 ? undefined : `${number} Application${number === 1 ? '' : 's'}`;
}

function time(at: number | undefined): string | undefined {
  return at === undefined ? undefined : formatTime(at);
}

function conditionRows({ conditions }: ConnectionFacts, now: number): Section['rows'] {
  return conditions.map(({ type, status, reason = '', message = '', lastTransitionTime }) => [
    type,
    status,
    reason,
    age(lastTransitionTime, now),
    message,
  ]);
}

function warningRows({ warnings }: ConnectionFacts): Section['rows'] {
  return warnings.map(({ type, message }) => [type, message]);
}

function contactRows({ connector, director }: ConnectionFacts, now: number): Section['rows'] {
  return [contactRow('Connector', connector, now), contactRow('Director', director, now)].flat();
}

function contactRow(name: string, contact: ContactFacts | undefined, now: number): string[][] {
  if (!contact || (contact.time === undefined && !contact.error)) return [];
  const { time: at, latencyMs, error } = contact;
  const latency = latencyMs === undefined ? '' : `${Math.round(latencyMs)}ms`;
  const result = error ? (error.reason ?? 'failed') : 'ok';
  return [[name, age(time(at), now), latency, result, error?.requestId ?? '', error?.message ?? '']];
}

function stepRows({ steps }: ConnectionFacts, now: number): Section['rows'] {
  return steps.map(({ step, status, time: at, message = '' }) => [step, status, age(at, now), message]);
}

function requestRows({ requests }: ConnectionFacts, now: number): Section['rows'] {
  return requests.map(({ verb, id, accepted, result = 'under way', reason = '', message = '' }) => [
    verb,
    id,
    age(accepted, now),
    result,
    reason,
    message,
  ]);
}

function failureRows({ sync, omitted }: ConnectionFacts): Section['rows'] {
  const rows = (sync?.failed ?? []).map(({ name, reason, message }) => [name, reason, message]);
  const lost = omitted['failures'] ?? 0;
  return lost > 0 ? [...rows, [`and ${lost} more`, '', 'the report was cut']] : rows;
}

function changeRows({ changes }: ConnectionFacts, now: number): Section['rows'] {
  return changes.map(({ time: at, action, kind, name, revision, cause = '' }) => [
    age(at, now),
    action,
    kind,
    name,
    revision === undefined ? '' : String(revision),
    cause,
  ]);
}
