import type { PlanEntry, PlannedHold, SyncPlan } from '#common/sync/plan-document.ts';
import type { Style } from '../command.ts';
import type { DecideCommands } from '../deletions/decide-command.ts';
import { fateOf } from '../deletions/held-text.ts';
import { humanDuration } from '../output/age.ts';
import { plain, wrapCommand } from '../output/text.ts';

/** What comes of the changes, in one line: `1 to create, 2 to update; 407 Applications unchanged`. */
export function totalsLine({ totals, omitted }: SyncPlan): string {
  const counts = [
    [totals.create, 'to create'],
    [totals.update, 'to update'],
    [totals.delete, 'to delete'],
    [totals.hold, 'not listed and kept'],
    [totals.fail, 'failing'],
  ] as const;
  const parts = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const lost = omitted && omitted.entries > 0 ? `; ${omitted.entries} of them left out of this plan for its size` : '';
  return `${parts.join(', ') || 'no differences'}${lost}; ${applications(totals.unchanged)} unchanged`;
}

export function applications(count: number): string {
  return count === 1 ? '1 Application' : `${count} Applications`;
}

const WIDTH = 80;

/**
 * What must be known before anything is concluded from a plan: that it is not whole, and what is held, with the commands
 * that decide on it where there are some.
 */
export function remarks(plan: SyncPlan, now: number, style: Style, decide: DecideCommands | undefined): string[] {
  const { symbols, paint } = style;
  const { complete, incompleteBecause = 'no reason was given', held } = plan;
  const mark = paint.yellow(symbols.mark.warning);
  const listing = plain(incompleteBecause, symbols);
  return [
    ...(complete ? [] : [`${mark} the listing is not complete (${listing}): what would be deleted is not known`]),
    ...(held ? [`${mark} ${describeHeld(held, now, style)}`] : []),
    ...(held && decide ? decisions(decide, held, style) : []),
  ];
}

function describeHeld(held: PlannedHold, now: number, { symbols }: Style): string {
  const deletions = held.count === 1 ? '1 deletion is' : `${held.count} deletions are`;
  const since = humanDuration(now - Date.parse(held.since));
  const goesAt = held.goesAt === undefined ? undefined : Date.parse(held.goesAt);
  const fate = fateOf({ goesAt, decision: held.decision }, now);
  const about = `${deletions} held as plan ${plain(held.id, symbols)} since ${since}${fate}`;
  return `${about}: ${plain(held.why, symbols)}`;
}

function decisions({ approve, reject }: DecideCommands, { decision }: PlannedHold, { paint }: Style): string[] {
  const command = (text: string) => wrapCommand(text, WIDTH - 4).map((row) => `    ${paint.bold(row)}`);
  const dropping = decision === 'rejected' ? [] : ['  to drop it:', ...command(reject)];
  return ['  to let it go:', ...command(approve), ...dropping];
}

/** An object's kind and name, and why: `Application before  renamed to now`. */
export function describeEntry(
  { kind, name, namespace, reason, message, listedAs }: PlanEntry,
  { symbols }: Style,
): string {
  const where = namespace === undefined ? '' : ` (${namespace})`;
  const why = [reason, message].filter((part) => part !== undefined).join(': ');
  const listed =
    listedAs === undefined || kind === 'Secret' || message?.includes(listedAs) ? '' : `listed as ${listedAs}`;
  const text = [`${kind} ${name}${where}`, why, listed].filter((part) => part !== '').join('  ');
  // Two blanks between the columns, which plain() would make one.
  return text
    .split('  ')
    .map((part) => plain(part, symbols))
    .join('  ');
}
