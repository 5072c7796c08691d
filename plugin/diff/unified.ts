import type { PlanEntry, SyncPlan } from '#common/sync/plan-document.ts';
import type { Style } from '../command.ts';
import type { DecideCommands } from '../deletions/decide-command.ts';
import { maskLogins } from '../output/login.ts';
import type { Symbols } from '../output/symbols.ts';
import { formatYaml } from '../output/yaml.ts';
import { hunksOf } from './hunks.ts';
import { type ComparedLine, compareLines } from './line-diff.ts';
import { applications, describeEntry, remarks, totalsLine } from './words.ts';

/**
 * A plan as unified diffs, an object each, which `patch` and editors read: `live` is the cluster, `director` what a
 * synchronization would make of it. What has no content comes after them, by name.
 */
export function formatUnified(plan: SyncPlan, now: number, style: Style, decide?: DecideCommands): string {
  if (plan.entries.length === 0 && plan.complete) return formatNothing(plan);
  const diffs = plan.entries.filter(({ before, after }) => before ?? after);
  const others = plan.entries.filter(({ before, after }) => !(before ?? after));
  const lines = [
    ...diffs.flatMap((entry) => diffOf(entry, style)),
    ...remarks(plan, now, style, decide),
    ...others.map((entry) => otherLine(entry, style)),
    totalsLine(plan),
  ];
  return `${lines.join('\n')}\n`;
}

/** A success says something, too. */
export function formatNothing({ totals }: SyncPlan): string {
  return `no differences: ${applications(totals.unchanged)} as the Director lists them\n`;
}

function diffOf(entry: PlanEntry, style: Style): string[] {
  const { paint, symbols } = style;
  const path = `${entry.kind}/${entry.namespace === undefined ? '' : `${entry.namespace}/`}${entry.name}`;
  const lines = compareLines(linesOf(entry.before, symbols), linesOf(entry.after, symbols));
  const name = printable(path, symbols);
  const note = [entry.message, entry.listedAs && `listed as ${entry.listedAs}`].find((text) => text);
  return [
    paint.bold(`diff ${name}${note ? `  ${printable(note, symbols)}` : ''}`),
    paint.bold(`--- ${entry.before ? `live/${name}` : '/dev/null'}`),
    paint.bold(`+++ ${entry.after ? `director/${name}` : '/dev/null'}`),
    ...hunksOf(lines).flatMap((hunk) => [paint.dim(hunk.head), ...hunk.lines.map((line) => painted(line, style))]),
  ];
}

/** Where nothing but a login differs, both lines look the same. */
function painted({ mark, text }: ComparedLine, { paint }: Style): string {
  const line = `${mark}${maskLogins(text)}`;
  return mark === '+' ? paint.green(line) : mark === '-' ? paint.red(line) : line;
}

function linesOf(content: object | undefined, symbols: Symbols): string[] {
  if (!content) return [];
  const yaml = formatYaml(content).replace(/\n$/, '');
  return yaml.split('\n').map((line) => printable(line, symbols));
}

/** Names and texts in Compass are others': nothing of them may move the cursor. Blanks stay, which are YAML's structure. */
function printable(line: string, { unicode }: Symbols): string {
  const safe = line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
  return unicode ? safe : safe.replace(/[^ -~]/gu, '?');
}

const WORDS: Readonly<Record<string, string>> = { hold: 'stays', fail: 'fails' };

function otherLine(entry: PlanEntry, style: Style): string {
  const { paint, symbols } = style;
  const { action, isCut } = entry;
  const mark = action === 'fail' ? paint.red(symbols.mark.error) : paint.yellow(symbols.mark.warning);
  const cut = isCut ? '  (its content was left out of this plan for its size)' : '';
  return `${mark} ${(WORDS[action] ?? action).padEnd(6)} ${describeEntry(entry, style)}${cut}`;
}
