import type { SyncPlan } from '#common/sync/plan-document.ts';
import type { Style } from '../command.ts';
import type { DecideCommands } from '../deletions/decide-command.ts';
import { formatNothing } from './unified.ts';
import { describeEntry, remarks, totalsLine } from './words.ts';

const MARKS: Readonly<Record<string, string>> = { create: '+', update: '~', delete: '-', hold: '!', fail: 'x' };

/** A plan as a line for each object, and what they come to. */
export function formatSummary(plan: SyncPlan, now: number, style: Style, decide?: DecideCommands): string {
  if (plan.entries.length === 0 && plan.complete) return formatNothing(plan);
  const { green, red, yellow } = style.paint;
  const plainly = (text: string) => text;
  const paints: Readonly<Record<string, (text: string) => string>> = {
    create: green,
    delete: red,
    hold: yellow,
    fail: red,
  };
  const lines = plan.entries.map((entry) => {
    const { action } = entry;
    const mark = `${MARKS[action] ?? '?'} ${action.padEnd(6)}`;
    return `${(paints[action] ?? plainly)(mark)} ${describeEntry(entry, style)}`;
  });
  return `${[...lines, ...remarks(plan, now, style, decide), totalsLine(plan)].join('\n')}\n`;
}
