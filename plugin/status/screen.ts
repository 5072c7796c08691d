import type { Style } from '../command.ts';
import { canICommand, describeRight } from '../connection/right.ts';
import { atCluster } from '../failure.ts';
import { humanDuration } from '../output/age.ts';
import type { Level } from '../output/symbols.ts';
import { plain, wrap } from '../output/text.ts';
import type { ConnectionFacts } from './facts.ts';
import { levelOf } from './judge.ts';
import { type Judgement, PARTS, type Part, type Problem } from './judgement.ts';
import { short } from './lines.ts';

/** What a screen needs beside facts and judgement. */
export interface ScreenOptions extends Style {
  readonly now: number;
  /** In columns. */
  readonly width: number;
  /** How people call the cluster. */
  readonly context: string | undefined;
  /** Those that a suggested command needs to go to the same cluster. */
  readonly clusterFlags?: string | undefined;
  /** All of them, not only as many as fit a terminal of 24 rows. */
  readonly allProblems?: boolean;
}

/** Problems shown, and rows that a message may take, so that the whole fits 24 rows of 80 columns. */
const MOST_PROBLEMS = 3;
const MOST_ROWS = 2;

const TITLES: Readonly<Record<Part, string>> = {
  identity: 'Identity',
  connector: 'Connector',
  director: 'Director',
  sync: 'Sync',
  agent: 'Agent',
  outage: 'Outage',
};

/** The screen of `status`: the verdict, a line for each part, then what needs a person and the next command. */
export function formatStatus(facts: ConnectionFacts, judgement: Judgement, options: ScreenOptions): string {
  const rows = [
    header(facts, judgement, options),
    '',
    ...PARTS.flatMap((part) => partRows(part, judgement, options)),
    '',
    ...remarkRows(facts, options),
    ...problemRows(judgement.problems, options),
    ...footer(facts, judgement, options),
  ];
  return `${rows.map((row) => row.trimEnd()).join('\n')}\n`;
}

function header(facts: ConnectionFacts, { verdict }: Judgement, options: ScreenOptions): string {
  const { paint, symbols, context, width } = options;
  const level = levelOf(verdict);
  const title = `${symbols.mark[level]} ${verdict}`;
  const name = plain(facts.name, symbols);
  const about = [
    facts.runtimeId && `runtime ${short(plain(facts.runtimeId, symbols))}`,
    context && `(k8s: ${plain(context, symbols)})`,
    facts.tenant && `tenant ${short(plain(facts.tenant, symbols))}`,
  ];
  // What does not fit is left out, the tenant first: -o wide has it all.
  const [fitting = ''] = wrap(about.filter((part) => part).join('  '), width - title.length - name.length - 4, '  ');
  return `${inColour(level, title, options)}  ${name}  ${paint.dim(fitting)}`;
}

function partRows(part: Part, { lines }: Judgement, options: ScreenOptions): string[] {
  const { symbols, width } = options;
  const { level, facts } = lines[part];
  const markWidth = Math.max(...Object.values(symbols.mark).map((mark) => mark.length));
  const mark = inColour(level, symbols.mark[level].padEnd(markWidth), options);
  const indent = 13 + markWidth + 1;
  const [first = '', ...rest] = wrap(
    facts.map((fact) => plain(fact, symbols)).join(symbols.dot),
    width - indent,
    symbols.dot,
  );
  return [`  ${TITLES[part].padEnd(11)}${mark} ${first}`, ...rest.map((row) => `${' '.repeat(indent)}${row}`)];
}

function remarkRows({ remarks, notPermitted }: ConnectionFacts, { paint, symbols, width }: ScreenOptions): string[] {
  const rights = notPermitted.flatMap((right) => [
    ...wrap(plain(describeRight(right), symbols), width).map((row) => paint.yellow(row)),
    `  ${paint.bold(canICommand(right))}`,
  ]);
  return [...remarks.flatMap((remark) => wrap(plain(remark, symbols), width)), ...rights];
}

function problemRows(problems: readonly Problem[], options: ScreenOptions): string[] {
  if (problems.length === 0) return [];
  const shown = options.allProblems ? problems : problems.slice(0, MOST_PROBLEMS);
  const more = problems.length - shown.length;
  const title = problems.length === 1 ? '1 thing needs you' : `${problems.length} things need you`;
  return [
    options.paint.bold(title),
    ...shown.flatMap((problem) => problemBlock(problem, options)),
    ...(more > 0
      ? [options.paint.dim(`  and ${more} more: ${atCluster('kubectl compass status -o wide', options)}`)]
      : []),
  ];
}

function problemBlock({ severity, code, message, next }: Problem, options: ScreenOptions): string[] {
  const { symbols, paint, width } = options;
  const mark = symbols.mark[severity];
  const indent = ' '.repeat(mark.length + 3);
  const room = width - indent.length;
  const text = wrap(plain(code ? `${code} ${message}` : message, symbols), room);
  const kept = options.allProblems || text.length <= MOST_ROWS ? text : cut(text, room, symbols.ellipsis);
  const [first = '', ...rest] = kept;
  return [
    `  ${inColour(severity, mark, options)} ${first}`,
    ...rest.map((row) => `${indent}${row}`),
    ...wrap(next, room).map((row) => `${indent}${paint.bold(row)}`),
  ];
}

function cut(text: readonly string[], room: number, ellipsis: string): string[] {
  const kept = text.slice(0, MOST_ROWS);
  const last = kept.at(-1) ?? '';
  return [...kept.slice(0, -1), `${last.slice(0, room - ellipsis.length)}${ellipsis}`];
}

function footer({ nextSyncAt }: ConnectionFacts, { verdict }: Judgement, { paint, now }: ScreenOptions): string[] {
  const next = nextSyncAt === undefined || nextSyncAt <= now ? '' : ` Next sync in ${humanDuration(nextSyncAt - now)}.`;
  if (verdict === 'Healthy') return [paint.dim(`Everything up to date.${next}`)];
  return verdict === 'Connecting' ? [paint.dim(`Under way.${next}`)] : [];
}

function inColour(level: Level, text: string, { paint }: Style): string {
  if (level === 'ok') return paint.green(text);
  if (level === 'error') return paint.red(text);
  return level === 'none' ? paint.dim(text) : paint.yellow(text);
}
