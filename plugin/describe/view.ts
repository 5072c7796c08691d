import type { Style } from '../command.ts';
import { describeRight } from '../connection/right.ts';
import { formatEvents } from '../events/rows.ts';
import { age } from '../output/age.ts';
import { alignColumns, textWidth } from '../output/columns.ts';
import { plain, wrap } from '../output/text.ts';
import { bundleLines } from './bundle-lines.ts';
import type { ApplicationFacts } from './facts.ts';
import { provenanceOf } from './provenance.ts';

export interface ViewOptions extends Style {
  readonly now: number;
  /** Of the terminal, in columns; undefined where nothing is wrapped. */
  readonly width?: number | undefined;
}

/** What kubectl leaves out, too: the object once more. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** An Application as `kubectl describe` shows objects. */
export function formatDescription(facts: ApplicationFacts, options: ViewOptions): string {
  const { application } = facts;
  const sections = [
    headLines(facts, options),
    ...(application ? [bundleLines(facts, options), secretLines(facts, options), provenanceLines(facts, options)] : []),
    changeLines(facts, options),
    eventLines(facts, options),
    facts.notPermitted.map((right) => `${describeRight(right)}\n`).join(''),
  ];
  return sections.filter((section) => section !== '').join('');
}

type Line = readonly [head: string, value: string];

function headLines(facts: ApplicationFacts, options: ViewOptions): string {
  const { paint, symbols } = options;
  const { ready } = facts.readiness;
  const rows = [...stateRows(facts, options.now), ...objectRows(facts, options.now)];
  return alignColumns(
    rows.map(([head, value]) => {
      const text = plain(value, symbols) || '<none>';
      return [head, head === 'Ready:' && ready === 'False' ? paint.red(text) : text];
    }),
  );
}

function stateRows(
  { name, id, readiness, connection, isOurs, lastSync }: ApplicationFacts,
  now: number,
): readonly Line[] {
  const { ready, reason, message } = readiness;
  const rows: readonly (Line | undefined)[] = [
    ['Name:', name],
    ['Compass ID:', id ?? ''],
    ['Ready:', ready],
    reason ? ['Reason:', reason] : undefined,
    message ? ['Message:', message] : undefined,
    ['Connection:', isOurs ? connection : `not of ${connection}`],
    lastSync && isOurs && ready === 'True' ? ['Synced:', `${age(lastSync, now)} ago`] : undefined,
  ];
  return rows.filter((row) => row !== undefined);
}

function objectRows({ application }: ApplicationFacts, now: number): readonly Line[] {
  if (!application) return [['In cluster:', 'no, it could not be created']];
  const { creationTimestamp = '', labels = {}, annotations = {} } = application.metadata;
  const kept = Object.entries(annotations).filter(([key]) => key !== LAST_APPLIED);
  return [
    ['Created:', `${creationTimestamp} (${age(creationTimestamp, now)} ago)`],
    ['Description:', application.spec?.description ?? ''],
    ...listed('Labels:', pairs(Object.entries(labels), '=')),
    ...listed('Annotations:', pairs(kept, ': ')),
    ...listed('Client IDs:', application.spec?.compassMetadata?.authentication?.clientIds ?? []),
  ];
}

function pairs(entries: readonly (readonly [string, string])[], between: string): readonly string[] {
  return entries.map(([key, value]) => `${key}${between}${value}`).toSorted();
}

/** The first beside the head, the others below it. */
function listed(head: string, values: readonly string[]): readonly Line[] {
  return values.length === 0 ? [[head, '']] : values.map((value, at) => [at === 0 ? head : '', value]);
}

function secretLines({ secrets }: ApplicationFacts, options: ViewOptions): string {
  const { now } = options;
  const head = ['NAME', 'USE', 'STATE', 'ROTATED', 'AGE', 'FINGERPRINT'];
  const rows = secrets.map(({ metadata, use, state, rotatedAt, fingerprint = '-' }) => [
    metadata.name,
    use,
    state,
    rotatedAt ? age(rotatedAt, now) : '-',
    metadata.creationTimestamp ? age(metadata.creationTimestamp, now) : '-',
    fingerprint,
  ]);
  const [first] = secrets;
  return section(first ? `Secrets (in ${first.metadata.namespace}):` : 'Secrets:', head, rows, options);
}

function provenanceLines({ application }: ApplicationFacts, options: ViewOptions): string {
  if (!application) return '';
  const head = ['FIELD', 'VALUE', 'FROM', 'WRITTEN BY'];
  const rows = provenanceOf(application).map(({ field, value, from, managers }) => [
    field,
    value || '-',
    from,
    managers.join(',') || '-',
  ]);
  const grid = section('Provenance:', head, rows, options);
  const { width = Number.POSITIVE_INFINITY } = options;
  return grid.split('\n').every((row) => textWidth(row) <= width)
    ? grid
    : provenanceBlocks(rows, { ...options, width });
}

/** What is too wide for a table: each field with its value, and where that comes from below it. */
function provenanceBlocks(
  rows: readonly (readonly string[])[],
  { paint, symbols, width }: ViewOptions & { readonly width: number },
): string {
  const blocks = rows.map(([field = '', value = '', from = '', managers = '']) => {
    const writers = managers === '-' ? '' : `; written by ${managers}`;
    const lines = wrap(plain(`${value}; from ${from}${writers}`, symbols), width - 4);
    return `  ${paint.bold(field)}\n${lines.map((line) => `    ${line}\n`).join('')}`;
  });
  return `Provenance:\n${blocks.join('')}`;
}

function changeLines({ changes }: ApplicationFacts, options: ViewOptions): string {
  const head = ['AGE', 'KIND', 'NAME', 'ACTION', 'CAUSE'];
  const rows = changes.map(({ time, kind, name, action, cause = '-' }) => [
    age(time, options.now),
    kind,
    name,
    action,
    cause,
  ]);
  return section('Last changes:', head, rows, options);
}

function eventLines({ events }: ApplicationFacts, options: ViewOptions): string {
  if (!events) return '';
  if (events.length === 0) return 'Events:   <none>\n';
  return `Events:\n${indented(formatEvents(events, { ...options, isWide: false, withHead: true }))}`;
}

function section(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { paint, symbols }: ViewOptions,
): string {
  if (rows.length === 0) return `${title}   <none>\n`;
  const body = rows.map((row) => row.map((cell) => plain(cell, symbols)));
  return `${title}\n${indented(alignColumns([head.map(paint.bold), ...body]))}`;
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
