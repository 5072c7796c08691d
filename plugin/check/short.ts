import { plain } from '../output/text.ts';
import type { PlacedFinding } from './finding.ts';
import { isProblem, type Judgement } from './judge.ts';
import { nextOf } from './next.ts';
import type { CheckRun } from './run.ts';
import type { ScreenOptions } from './screen.ts';
import { countText, headline, merged } from './words.ts';

/** One line a finding, nothing wrapped: `! CMP0121 renewal overdue by 1h10m    fix: kubectl compass cert renew --wait`. */
export function formatShort({ namespace }: CheckRun, judgement: Judgement, options: ScreenOptions): string {
  const { paint, symbols } = options;
  const line = (finding: PlacedFinding) => {
    const isError = finding.status === 'error';
    const mark = isError ? paint.red(symbols.mark.error) : paint.yellow(symbols.mark.warning);
    const local = finding.localOnly ? ' (local only)' : '';
    const next = nextOf(finding, { ...options, namespace });
    return `${mark} ${plain(headline(finding), symbols)}${local}    fix: ${next}\n`;
  };
  const bad = merged(judgement.findings.filter(isProblem));
  if (bad.length > 0) return bad.map(line).join('');
  return `${paint.green(symbols.mark.ok)} ${countText(judgement)}\n`;
}
