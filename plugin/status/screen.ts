import type { Style } from '../command.ts';
import { canICommand, describeRight } from '../connection/right.ts';
import { comingIn } from '../output/age.ts';
import type { Level } from '../output/symbols.ts';
import { plain, wrap, wrapCommand } from '../output/text.ts';
import type { ConnectionFacts } from './facts.ts';
import { levelOf } from './judge.ts';
import { type Judgement, PARTS, type Part, type Problem, type WayOut } from './judgement.ts';
import { short } from './words.ts';

/** What a screen needs beside facts and judgement. */
export interface ScreenOptions extends Style {
  readonly now: number;
  /** In columns. */
  readonly width: number;
  /** How people call the cluster. */
  readonly context: string | undefined;
  /** Those that a suggested command needs to go to the same cluster. */
  readonly clusterFlags?: string | undefined;
  readonly namedNamespace?: string | undefined;
  /** Everything, and in full, not only as much as fits a terminal of 24 rows: where no terminal shows it, or with the details. */
  readonly isWhole?: boolean;
  /** Whether the details follow, which have a section of their own for warnings. */
  readonly hasDetails?: boolean;
  /** The rows to fit in; those of a terminal of 24, with its prompt, unless said. */
  readonly mostRows?: number | undefined;
}

/** Rows that a message may take, rows of the whole, and characters of a name, which may have a hundred. */
const MOST_MESSAGE_ROWS = 2;
const MOST_ROWS = 23;
const LONGEST_NAME = 40;

/** How much of a screen is shown. */
interface Extent {
  readonly problems: number;
  readonly steps: number;
  readonly hasWarnings: boolean;
  /** Each right that is missing, not only how many. */
  readonly hasRights: boolean;
}

const WHOLE: Extent = { problems: Infinity, steps: Infinity, hasWarnings: true, hasRights: true };

/** The first that fits is shown; the last is the least that there is. */
const EXTENTS: readonly Extent[] = [
  ...[3, 2, 1].map((problems) => ({ ...WHOLE, problems })),
  ...[3, 2, 1].map((problems) => ({ ...WHOLE, problems, hasRights: false })),
  ...[1, 0].map((problems) => ({ problems, steps: 2, hasWarnings: false, hasRights: false })),
];

/** The column of the commands that lead out of a dead end. */
const WAY_OUT_INDENT = 19;

const TITLES: Readonly<Record<Part, string>> = {
  identity: 'Identity',
  connector: 'Connector',
  director: 'Director',
  sync: 'Sync',
  agent: 'Agent',
  outage: 'Outage',
};

/** The screen of `status` by its rows: the verdict, a line for each part, then what needs a person and the next command. */
export function statusRows(facts: ConnectionFacts, judgement: Judgement, options: ScreenOptions): string[] {
  if (options.isWhole) return rowsOf(facts, judgement, options, { ...WHOLE, hasWarnings: !options.hasDetails });
  const screens = EXTENTS.map((extent) => () => rowsOf(facts, judgement, options, extent));
  for (const screen of screens.slice(0, -1)) {
    const rows = screen();
    if (rows.length <= (options.mostRows ?? MOST_ROWS)) return rows;
  }
  return screens.at(-1)?.() ?? [];
}

function rowsOf(facts: ConnectionFacts, judgement: Judgement, options: ScreenOptions, extent: Extent): string[] {
  const { problems, waysOut } = judgement;
  return [
    header(facts, judgement, options),
    '',
    ...PARTS.flatMap((part) => partRows(part, judgement, options)),
    '',
    ...remarkRows(facts, extent.hasRights, options),
    ...problemRows(problems, extent.problems, options),
    ...wayOutRows(waysOut.slice(0, extent.steps), problems.length > 0, options),
    ...(extent.hasWarnings ? warningRows(facts, options) : []),
    ...footer(facts, judgement, options),
  ]
    .map((row) => row.trimEnd())
    .filter((row, i, all) => row !== '' || i < all.length - 1);
}

/** One row for all of them: nothing waits for a person here. In full where nothing is cut. */
function warningRows({ warnings }: ConnectionFacts, { paint, symbols, width, isWhole }: ScreenOptions): string[] {
  const [first] = warnings;
  if (!first) return [];
  if (isWhole) {
    const texts = warnings.map(({ type, message }) => plain(`${type}: ${message}`, symbols));
    return texts.flatMap((text) => wrap(text, width)).map(paint.yellow);
  }
  const text =
    warnings.length === 1
      ? `${first.type}: ${first.message}`
      : `${warnings.length} warnings, which --details shows: ${warnings.map(({ type }) => type).join(', ')}`;
  const whole = plain(text, symbols);
  const row = whole.length <= width ? whole : `${whole.slice(0, width - symbols.ellipsis.length)}${symbols.ellipsis}`;
  return [paint.yellow(row)];
}

function header(facts: ConnectionFacts, { verdict }: Judgement, options: ScreenOptions): string {
  const { paint, symbols, context, width, isWhole } = options;
  const level = levelOf(verdict);
  const title = `${symbols.mark[level]} ${verdict}`;
  const name = plain(facts.name, symbols);
  const about = [
    facts.runtimeId && `runtime ${short(plain(facts.runtimeId, symbols))}`,
    context && `(k8s: ${plain(context, symbols)})`,
    facts.tenant && `tenant ${short(plain(facts.tenant, symbols))}`,
  ];
  // What does not fit is left out, the tenant first: -o wide has it all.
  const room = isWhole ? Number.POSITIVE_INFINITY : width - title.length - name.length - 4;
  const [first = ''] = wrap(about.filter((part) => part).join('  '), room, '  ');
  const fitting = first.length <= room ? first : '';
  return `${inColour(level, title, options)}  ${name}  ${paint.dim(fitting)}`;
}

function partRows(part: Part, { lines }: Judgement, options: ScreenOptions): string[] {
  const { symbols, width } = options;
  const { level, facts } = lines[part];
  const markWidth = Math.max(...Object.values(symbols.mark).map((mark) => mark.length));
  const mark = inColour(level, symbols.mark[level].padEnd(markWidth), options);
  const indent = 13 + markWidth + 1;
  const room = width - indent;
  const whole = wrap(facts.map((fact) => plain(fact, symbols)).join(symbols.dot), room, symbols.dot);
  const [first = '', ...rest] = whole.flatMap((row) => wrap(row, room));
  return [`  ${TITLES[part].padEnd(11)}${mark} ${first}`, ...rest.map((row) => `${' '.repeat(indent)}${row}`)];
}

function remarkRows({ remarks, notPermitted }: ConnectionFacts, hasRights: boolean, options: ScreenOptions): string[] {
  const { symbols, width } = options;
  const rights = hasRights ? rightRows(notPermitted, options) : rightsCounted(notPermitted, options);
  const rows = [...remarks.flatMap((remark) => wrap(plain(remark, symbols), width)), ...rights];
  return rows.length > 0 ? [...rows, ''] : [];
}

function rightRows(missing: ConnectionFacts['notPermitted'], options: ScreenOptions): string[] {
  const { paint, symbols, width } = options;
  return missing.flatMap((right) => [
    ...wrap(plain(describeRight(right), symbols), width).map((row) => paint.yellow(row)),
    ...wrapCommand(canICommand(right, options), width - 2).map((row) => `  ${paint.bold(row)}`),
  ]);
}

function rightsCounted({ length }: ConnectionFacts['notPermitted'], { paint }: ScreenOptions): string[] {
  if (length === 0) return [];
  const text = length === 1 ? '1 right is missing' : `${length} rights are missing`;
  return [paint.yellow(`not permitted: ${text}, which --details shows`)];
}

function problemRows(problems: readonly Problem[], most: number, options: ScreenOptions): string[] {
  if (problems.length === 0) return [];
  const shown = problems.slice(0, most);
  const more = problems.length - shown.length;
  const title = problems.length === 1 ? '1 thing needs you' : `${problems.length} things need you`;
  return [
    options.paint.bold(title),
    ...shown.flatMap((problem) => problemBlock(problem, options)),
    ...(more > 0 ? [options.paint.dim(`  and ${more} more, which --details shows`)] : []),
  ];
}

function problemBlock(
  { severity, code, message, name, next, others, explain, isDeadEnd }: Problem,
  options: ScreenOptions,
): string[] {
  const { symbols, width, isWhole } = options;
  const mark = symbols.mark[severity];
  const indent = ' '.repeat(mark.length + 3);
  const room = width - indent.length;
  const said = isWhole || name === undefined ? message : withShortName(message, name);
  const text = plain(code ? `${code} ${said}` : said, symbols);
  const [first = '', ...rest] = isWhole ? wrap(text, room) : fitted(text, room, symbols.ellipsis);
  return [
    `  ${inColour(severity, mark, options)} ${first}`,
    ...rest.map((row) => `${indent}${row}`),
    // The way out of a dead end has several steps, which come after all problems.
    ...(isDeadEnd ? [] : nextRows(next, explain, room, options).map((row) => `${indent}${row}`)),
    ...others.flatMap((other) => wrapCommand(other, room)).map((row) => `${indent}${options.paint.bold(row)}`),
  ];
}

function withShortName(message: string, name: string): string {
  if (name.length <= LONGEST_NAME) return message;
  return message.replace(JSON.stringify(name), () => JSON.stringify(`${name.slice(0, LONGEST_NAME)}…`));
}

/** What to do: as a command, or in words with the command that explains them, on one row where both fit. */
function nextRows(next: string, explain: string | undefined, room: number, { paint }: ScreenOptions): string[] {
  if (explain === undefined) return wrapCommand(next, room).map((row) => paint.bold(row));
  if (next.length + 2 + explain.length <= room) return [`${next}  ${paint.bold(explain)}`];
  return [...wrap(next, room), ...wrapCommand(explain, room).map((row) => paint.bold(row))];
}

function wayOutRows(steps: readonly WayOut[], hasProblems: boolean, { paint, width }: ScreenOptions): string[] {
  if (steps.length === 0) return [];
  const lead = paint.bold('This cannot heal by itself.');
  const indent = ' '.repeat(WAY_OUT_INDENT);
  const blocks = steps.flatMap(({ what, command }, i) => {
    const label = what === 'next time' ? `  ${what}` : `  ${i + 1}. ${what}`;
    const [first = '', ...rest] = wrapCommand(command, width - WAY_OUT_INDENT);
    return [`${label.padEnd(WAY_OUT_INDENT)}${paint.bold(first)}`, ...rest.map((row) => `${indent}${paint.bold(row)}`)];
  });
  return [...(hasProblems ? [''] : []), `${lead} A one-time token is needed; nothing gets deleted.`, ...blocks];
}

/** In as many rows as a message may take: without the request's id before that is cut, which is of no use but whole. */
function fitted(text: string, room: number, ellipsis: string): string[] {
  const whole = wrap(text, room);
  if (whole.length <= MOST_MESSAGE_ROWS) return whole;
  const rows = wrap(text.replace(/ \(x-request-id [^ ]*\)$/, ''), room);
  if (rows.length <= MOST_MESSAGE_ROWS) return rows;
  const kept = rows.slice(0, MOST_MESSAGE_ROWS);
  const last = kept.at(-1) ?? '';
  return [...kept.slice(0, -1), `${last.slice(0, room - ellipsis.length)}${ellipsis}`];
}

function footer(
  { nextSyncAt, source }: ConnectionFacts,
  { verdict }: Judgement,
  { paint, now, width }: ScreenOptions,
): string[] {
  const next = nextSyncAt === undefined || nextSyncAt <= now ? '' : ` Next sync ${comingIn(nextSyncAt - now)}.`;
  // Without a report nobody knows what comes next.
  if (source !== 'report') return [];
  if (verdict === 'Healthy') return wrap(`Everything up to date.${next}`, width).map(paint.dim);
  return verdict === 'Connecting' || verdict === 'Renewing' ? wrap(`Under way.${next}`, width).map(paint.dim) : [];
}

function inColour(level: Level, text: string, { paint }: Style): string {
  if (level === 'ok') return paint.green(text);
  if (level === 'error') return paint.red(text);
  return level === 'none' ? paint.dim(text) : paint.yellow(text);
}
