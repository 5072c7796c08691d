import type { Style } from '../command.ts';
import { dryRunNote } from '../dry-run.ts';
import type { Place } from '../failure.ts';
import { alignColumns } from '../output/columns.ts';
import type { Result } from '../output/print.ts';
import type { Level } from '../output/symbols.ts';
import { plain, wrap } from '../output/text.ts';
import { migrationDocument, nextOfFinding } from './document.ts';
import type { MigrationFinding } from './finding.ts';
import type { MigrationOutcome } from './outcome.ts';
import { sidecarPlace } from './sidecar-place.ts';
import { placeOf } from './workload.ts';

export interface MigrationScreen extends Style, Place {
  readonly width: number;
}

/** The result in every format. */
export function migrationView(outcome: MigrationOutcome, screen: MigrationScreen, now: number): Result {
  const [, name = ''] = sidecarPlace(outcome.facts).split('/');
  return {
    document: () => migrationDocument(outcome, screen, now),
    names: [`deployment.apps/${outcome.phase === 'agent' ? outcome.facts.agent.metadata.name : name}`],
    text: () => `${linesOf(outcome, screen).join('\n')}\n`,
  };
}

function linesOf(outcome: MigrationOutcome, screen: MigrationScreen): readonly string[] {
  const { action, dryRun, steps } = outcome;
  if (action === 'plan') return planLines(outcome, screen);
  if (dryRun === 'none') return [resultLine(outcome)];
  const done = action === 'apply' ? 'would be migrated' : 'would be rolled back';
  return [
    `deployment/${outcome.facts.agent.metadata.name} ${done}${dryRunNote(dryRun)}`,
    ...steps.map(({ message }) => `  ${plain(message, screen.symbols)}`),
  ];
}

function resultLine({ action, facts, applications, steps }: MigrationOutcome): string {
  const [from, to] = [placeOf(facts.agent), sidecarPlace(facts)];
  const kept = applications ? ` (${applications.before} applications as before)` : '';
  if (action === 'apply') {
    return steps.length === 0 ? `${from} is migrated to ${to} already` : `migrated ${from} to ${to}${kept}`;
  }
  return steps.length === 0 ? `${from} keeps the connection already` : `rolled back to ${from}${kept}`;
}

function planLines(outcome: MigrationOutcome, screen: MigrationScreen): readonly string[] {
  const { facts, findings, status } = outcome;
  const { paint, symbols } = screen;
  const title = `${placeOf(facts.agent)} ${symbols.arrow} ${sidecarPlace(facts)}`;
  const isLost = ({ name }: MigrationFinding) => name === 'not-carried-over';
  return [
    paint.bold(title),
    '',
    ...findings.filter((finding) => !isLost(finding)).flatMap((finding) => findingLines(finding, screen)),
    ...carriedLines(outcome, screen),
    ...section(
      'Not carried over',
      findings.filter(isLost).flatMap(({ message }) => bullet('-', message, screen)),
      screen,
    ),
    ...section('Steps', stepLines(outcome, screen), screen),
    '',
    endingOf(status),
  ];
}

function endingOf(status: MigrationOutcome['status']): string {
  if (status === 'Blocked') return 'Nothing was changed, and --apply would refuse: see above.';
  if (status === 'Migrated')
    return 'Nothing is left to do. The way back: kubectl compass migrate from-agent --rollback';
  return 'Nothing was changed. To do it: kubectl compass migrate from-agent --apply; --rollback takes it back.';
}

const LEVELS: Readonly<Record<MigrationFinding['status'], Level>> = {
  ok: 'ok',
  warning: 'warning',
  error: 'error',
  skipped: 'none',
};

const NAME_WIDTH = 14;

function findingLines(finding: MigrationFinding, screen: MigrationScreen): readonly string[] {
  const { paint, symbols, width } = screen;
  const level = LEVELS[finding.status];
  const mark = symbols.mark[level];
  const colours: Partial<Record<Level, (text: string) => string>> = {
    ok: paint.green,
    warning: paint.yellow,
    error: paint.red,
  };
  const indent = 2 + mark.length + 1 + NAME_WIDTH + 1;
  const [first = '', ...more] = wrap(plain(finding.message, symbols), width - indent);
  const next = nextOfFinding(finding, screen);
  const blanks = ' '.repeat(indent);
  return [
    `  ${colours[level]?.(mark) ?? paint.dim(mark)} ${finding.name.padEnd(NAME_WIDTH)} ${first}`,
    ...more.map((row) => blanks + row),
    ...(next === undefined ? [] : [`${blanks}${paint.bold(plain(next, symbols))}`]),
  ];
}

function carriedLines({ facts }: MigrationOutcome, screen: MigrationScreen): readonly string[] {
  // One that is there keeps its own.
  if (facts.sidecars.items.length > 0) return [];
  const carried = facts.settings.filter(({ as }) => as !== undefined);
  const rows = carried.map(({ name, value = '', note = '' }) => [`  ${name}`, plain(value, screen.symbols), note]);
  return section('Settings carried over', alignColumns(rows).split('\n').slice(0, -1), screen);
}

function stepLines({ steps }: MigrationOutcome, screen: MigrationScreen): readonly string[] {
  return steps.flatMap(({ message }, i) => bullet(`${i + 1}.`, message, screen));
}

function bullet(mark: string, text: string, { symbols, width }: MigrationScreen): readonly string[] {
  const [first = '', ...more] = wrap(plain(text, symbols), width - mark.length - 3);
  return [`  ${mark} ${first}`, ...more.map((row) => `${' '.repeat(mark.length + 3)}${row}`)];
}

function section(title: string, lines: readonly string[], { paint }: Style): readonly string[] {
  return lines.length === 0 ? [] : ['', paint.bold(title), ...lines];
}
