import type { ReportedPlan } from '#common/resources/report.ts';
import { humanDuration } from '../output/age.ts';
import type { Symbols } from '../output/symbols.ts';
import { plain } from '../output/text.ts';
import { fateOf } from './held-text.ts';

/** Applications that are named on the screen; the document has all that the report names. */
const NAMED = 20;

/** A held plan for whoever decides on it: how much it is, why it is held, and what would go. */
export function describePlan(plan: ReportedPlan, now: number, symbols: Symbols): string[] {
  const { id, count, names, since, why, goesAt, decision } = plan;
  const held = since === undefined ? '' : ` since ${humanDuration(now - Date.parse(since))}`;
  const fate = fateOf({ goesAt: goesAt === undefined ? undefined : Date.parse(goesAt), decision }, now);
  const what = count === 1 ? '1 Application' : `${count} Applications`;
  const shown = names.slice(0, NAMED);
  const others = count - shown.length;
  return [
    `plan ${plain(id, symbols)} deletes ${what}, each with its Secrets; it is held${held}${fate}`,
    ...(why === undefined ? [] : [`  because ${plain(why, symbols)}`]),
    ...shown.map((name) => `  - ${plain(name, symbols)}`),
    ...(others > 0 ? [`  and ${others} more: kubectl compass diff --summary`] : []),
  ];
}
