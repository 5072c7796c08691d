import type { Style } from '../command.ts';
import { atCluster } from '../failure.ts';
import { plain, wrap, wrapCommand } from '../output/text.ts';
import type { Conclusion, PlacedFinding } from './finding.ts';
import { codeOf, isProblem, type Judgement } from './judge.ts';
import { type CommandPlace, nextOf } from './next.ts';
import type { CheckRun } from './run.ts';
import { countText, headline, merged } from './words.ts';

export interface ScreenOptions extends Style, CommandPlace {
  /** In columns. */
  readonly width: number;
}

/** The column that the findings of a group start in. */
const INDENT = 15;

/** In which group of the screen a finding stands. */
type Group = 'kubernetes' | 'definitions' | 'agent' | 'identity' | 'network' | 'director' | 'sync' | 'applications';

const GROUPS: readonly Group[] = [
  'kubernetes',
  'definitions',
  'agent',
  'identity',
  'network',
  'director',
  'sync',
  'applications',
];

const GROUP_OF: Readonly<Record<string, Group>> = {
  k8s: 'kubernetes',
  crd: 'definitions',
  agent: 'agent',
  rbac: 'agent',
  identity: 'identity',
  connector: 'network',
  director: 'director',
  sync: 'sync',
  apps: 'applications',
};

/** The screen of `check`: a row of what is good in each group, then what is not, with its cause and what to do. */
export function formatCheck(run: CheckRun, judgement: Judgement, options: ScreenOptions): string {
  const rows = GROUPS.flatMap((group) => {
    const inside = judgement.findings.filter((finding) => groupOf(finding) === group);
    // Whether it runs is asked before what it may.
    const findings = inside.toSorted((a, b) => Number(a.category === 'rbac') - Number(b.category === 'rbac'));
    return titled(group, [...goodRows(findings, options), ...badRows(findings, run, options)]);
  });
  const lines = [...rows, '', ...summary(judgement, options)];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function groupOf({ category, name }: PlacedFinding): Group {
  return name === 'reach' ? 'network' : (GROUP_OF[category] ?? 'agent');
}

function titled(title: string, rows: readonly string[]): string[] {
  return rows.map((row, index) => `${(index === 0 ? title : '').padEnd(INDENT)}${row}`);
}

/** Between two good things on one row; `plain` leaves no such gap inside of one. */
const GAP = '   ';

/** What is good, side by side as far as the width goes; what was not looked at below, each for itself. */
function goodRows(findings: readonly PlacedFinding[], options: ScreenOptions): string[] {
  const { paint, symbols } = options;
  const mark = symbols.mark.ok;
  const room = options.width - INDENT;
  const items = [...goodTexts(findings, symbols)].map((text) => `${mark} ${text}`);
  // Wrapped while it is plain: colours take no room.
  const packed = items.length === 0 ? [] : wrap(items.join(GAP), room, GAP);
  const rows = packed.flatMap((row) => (row.length > room ? folded(row, mark.length + 1, room) : [row]));
  const coloured = rows.map((row) =>
    row
      .split(GAP)
      .map((item) => (item.startsWith(`${mark} `) ? paint.green(mark) + item.slice(mark.length) : item))
      .join(GAP),
  );
  const skipped = findings.filter(({ status }) => status === 'skipped').flatMap((one) => skippedRows(one, options));
  return [...coloured, ...skipped];
}

/** One that is longer than a row goes on below its own first word. */
function folded(row: string, indent: number, room: number): string[] {
  return wrap(row, room - indent).map((line, index) => (index === 0 ? line : ' '.repeat(indent) + line));
}

function* goodTexts(findings: readonly PlacedFinding[], symbols: Style['symbols']): Generator<string> {
  const good = findings.filter(({ status }) => status === 'ok');
  for (const [place, title] of [
    ['agent', 'from agent'],
    ['here', 'from here'],
  ] as const) {
    const reached = good.filter(({ from, name }) => from === place && name === 'reach');
    const times = reached.map(({ category, facts }) => `${category} ${facts?.['latencyMs'] ?? '?'}ms`);
    if (times.length > 0) yield plain(`${title}: ${times.join(', ')}`, symbols);
  }
  for (const { name, from, message } of good) {
    if (name === 'reach') continue;
    yield plain(name === 'clock' && from === 'here' ? `${message} here` : message, symbols);
  }
}

function skippedRows({ message, next }: PlacedFinding, options: ScreenOptions): string[] {
  const { paint, symbols } = options;
  const indent = symbols.mark.none.length + 1;
  const rows = broken(plain(message, symbols), indent, options).map((row, index) =>
    paint.dim(`${index === 0 ? `${symbols.mark.none} ` : ' '.repeat(indent)}${row}`),
  );
  if (next === undefined) return rows;
  const command = wrapCommand(atCluster(next, options), options.width - INDENT - indent);
  return [...rows, ...command.map((row) => `${' '.repeat(indent)}${paint.bold(row)}`)];
}

function badRows(
  findings: readonly PlacedFinding[],
  { conclusions, namespace }: CheckRun,
  options: ScreenOptions,
): string[] {
  const bad = merged(findings.filter(isProblem));
  const place = { ...options, namespace };
  return bad.flatMap((finding) => [
    ...problemRows(finding, nextOf(finding, place), options),
    ...conclusionRows(finding, bad, conclusions, options),
  ]);
}

function problemRows(finding: PlacedFinding, next: string, options: ScreenOptions): string[] {
  const { symbols, paint } = options;
  const { status, cause } = finding;
  const mark = symbols.mark[status === 'error' ? 'error' : 'warning'];
  const indent = mark.length + 1;
  const [first = '', ...rest] = broken(plain(headline(finding), symbols), indent, options);
  const pad = ' '.repeat(indent);
  const why = cause === undefined ? [] : broken(`why: ${plain(cause, symbols)}`, indent, options);
  return [
    `${inColour(status, mark, options)} ${first}`,
    ...[...rest, ...why].map((row) => `${pad}${row}`),
    ...fixRows(next, indent, options).map((row) => `${pad}${paint.bold(row)}`),
  ];
}

/** Words are broken anywhere; a command so that it can be copied. */
function fixRows(next: string, indent: number, options: ScreenOptions): string[] {
  const title = 'fix: ';
  if (!next.startsWith('kubectl ')) return broken(`${title}${next}`, indent, options);
  const rows = wrapCommand(next, options.width - INDENT - indent - title.length);
  return rows.map((row, index) => `${index === 0 ? title : ' '.repeat(title.length)}${row}`);
}

/** A conclusion is said once, below the last finding that it is about. */
function conclusionRows(
  finding: PlacedFinding,
  bad: readonly PlacedFinding[],
  conclusions: readonly Conclusion[],
  options: ScreenOptions,
): string[] {
  const indent = options.symbols.mark.error.length + 1;
  return [...Map.groupBy(conclusions, ({ text }) => text)].flatMap(([text, alike]) => {
    const isAbout = (one: PlacedFinding) =>
      one.name === 'reach' && alike.some(({ category }) => one.category.split(', ').includes(category));
    if (bad.findLast(isAbout) !== finding) return [];
    return broken(plain(text, options.symbols), indent, options).map((row) => `${' '.repeat(indent)}${row}`);
  });
}

function broken(text: string, indent: number, { width }: ScreenOptions): string[] {
  return wrap(text, width - INDENT - indent);
}

function inColour(status: PlacedFinding['status'], text: string, { paint }: Style): string {
  const colours: Readonly<Record<PlacedFinding['status'], (text: string) => string>> = {
    ok: paint.green,
    warning: paint.yellow,
    error: paint.red,
    skipped: paint.dim,
  };
  return colours[status](text);
}

/** The last line: how many there are of what, and where to read more. */
function summary(judgement: Judgement, options: ScreenOptions): string[] {
  const { paint, width } = options;
  const text = `${countText(judgement)}.`;
  const [first] = judgement.findings.filter(isProblem).toSorted(byGravity);
  if (!first) return wrap(text, width);
  const details = atCluster(`kubectl compass explain ${codeOf(first)}`, options);
  const line = `${text} Details: ${details}`;
  if (line.length > width) return [...wrap(text, width), paint.dim(`Details: ${details}`)];
  return [`${text} ${paint.dim(`Details: ${details}`)}`];
}

function byGravity(a: PlacedFinding, b: PlacedFinding): number {
  const rank = ({ status }: PlacedFinding) => (status === 'error' ? 0 : 1);
  return rank(a) - rank(b);
}
