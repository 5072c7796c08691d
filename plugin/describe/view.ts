import { describeRight } from '../connection/right.ts';
import { formatEvents } from '../events/rows.ts';
import { age } from '../output/age.ts';
import { alignColumns } from '../output/columns.ts';
import { plain } from '../output/text.ts';
import { bundleLines } from './bundle-lines.ts';
import type { ApplicationFacts } from './facts.ts';
import { provenanceOf } from './provenance.ts';
import { formatSection, indented } from './section.ts';
import type { ViewOptions } from './view-options.ts';

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

function secretLines({ secrets, areSecretsPublished }: ApplicationFacts, options: ViewOptions): string {
  const { now } = options;
  const [first] = secrets;
  const asOf = areSecretsPublished ? ', as of the last synchronization' : '';
  return formatSection(
    {
      title: first ? `Secrets (in ${first.metadata.namespace}${asOf}):` : 'Secrets:',
      head: ['NAME', 'USE', 'STATE', 'ROTATED', 'AGE', 'FINGERPRINT'],
      rows: secrets.map(({ metadata, use, state, rotatedAt, fingerprint = '-' }) => [
        metadata.name,
        use,
        state,
        rotatedAt ? age(rotatedAt, now) : '-',
        metadata.creationTimestamp ? age(metadata.creationTimestamp, now) : '-',
        fingerprint,
      ]),
      inWords: ([name = '', use = '', state = '', rotated = '-', since = '-', fingerprint = '-']) => [
        name,
        [
          `${use}, ${state}`,
          ...(rotated === '-' ? [] : [`rotated ${rotated} ago`]),
          ...(since === '-' ? [] : [`created ${since} ago`]),
          ...(fingerprint === '-' ? [] : [`fingerprint ${fingerprint}`]),
        ].join('; '),
      ],
    },
    options,
  );
}

function provenanceLines({ application }: ApplicationFacts, options: ViewOptions): string {
  if (!application) return '';
  return formatSection(
    {
      title: 'Provenance:',
      head: ['FIELD', 'VALUE', 'FROM', 'WRITTEN BY'],
      rows: provenanceOf(application).map(({ field, value, from, managers }) => [
        field,
        value || '-',
        from,
        managers.join(',') || '-',
      ]),
      inWords: ([field = '', value = '', from = '', managers = '-']) => [
        field,
        `${value}; from ${from}${managers === '-' ? '' : `; written by ${managers}`}`,
      ],
    },
    options,
  );
}

function changeLines({ changes }: ApplicationFacts, options: ViewOptions): string {
  return formatSection(
    {
      title: 'Last changes:',
      head: ['AGE', 'KIND', 'NAME', 'ACTION', 'CAUSE'],
      rows: changes.map(({ time, kind, name, action, cause = '-' }) => [
        age(time, options.now),
        kind,
        name,
        action,
        cause,
      ]),
      inWords: ([since = '', kind = '', name = '', action = '', cause = '-']) => [
        `${kind} ${name}`,
        `${action} ${since} ago${cause === '-' ? '' : `: ${cause}`}`,
      ],
    },
    options,
  );
}

function eventLines({ events }: ApplicationFacts, options: ViewOptions): string {
  if (!events) return '';
  if (events.length === 0) return 'Events:   <none>\n';
  return `Events:\n${indented(formatEvents(events, { ...options, isWide: false, withHead: true }))}`;
}
