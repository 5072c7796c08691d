import type { Style } from '../command.ts';
import { age } from '../output/age.ts';
import { table } from '../output/table.ts';
import { plain } from '../output/text.ts';
import type { ConnectionFacts } from './facts.ts';

/** What `-o wide` adds to the screen: where everything is, and the lists behind the counts, whole and uncut. */
export function formatDetails(facts: ConnectionFacts, now: number, { paint, symbols }: Style): string {
  const sections = [
    places(facts),
    section('CONDITION', ['STATUS', 'REASON', 'AGE', 'MESSAGE'], conditionRows(facts, now)),
    section('FAILED APPLICATION', ['REASON', 'MESSAGE'], failureRows(facts)),
    section('CHANGED', ['WHAT', 'KIND', 'NAME'], changeRows(facts, now)),
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
  const rows: [string, string | undefined][] = [
    ['state', facts.state],
    ['runtime', facts.runtimeId],
    ['tenant', facts.tenant],
    ['connector', facts.connectorUrl],
    ['director', facts.directorUrl],
    ['namespace of the sidecar', facts.namespace],
    ['fingerprint in use', facts.identity?.inUse],
    ['fingerprint stored', facts.identity?.stored],
    ['held plan', facts.sync?.held?.id],
    ['held because', facts.sync?.held?.why],
    ['incomplete because', facts.director?.incompleteBecause],
    ['suspended', facts.sync?.suspended],
  ];
  return { head: ['FACT', 'VALUE'], rows: rows.flatMap(([name, value]) => (value ? [[name, value]] : [])) };
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

function failureRows({ sync, omitted }: ConnectionFacts): Section['rows'] {
  const rows = (sync?.failed ?? []).map(({ name, reason, message }) => [name, reason, message]);
  const lost = omitted['failures'] ?? 0;
  return lost > 0 ? [...rows, [`and ${lost} more`, '', 'the report was cut']] : rows;
}

function changeRows({ changes }: ConnectionFacts, now: number): Section['rows'] {
  return changes.map(({ time, action, kind, name }) => [age(time, now), action, kind, name]);
}
