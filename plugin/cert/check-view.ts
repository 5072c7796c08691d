import { formatTime } from '#common/clock.ts';
import type { Style } from '../command.ts';
import { canICommand, describeRight } from '../connection/right.ts';
import { nextFor, type Place } from '../failure.ts';
import type { CheckVerdict, DatedIdentity } from './check.ts';

/** The check for people: one line a question, and what to do where the answer is no. */
export function formatCheck(
  { source, notPermitted }: DatedIdentity,
  { lines, reason }: CheckVerdict,
  { paint, symbols, place }: Style & { readonly place: Place },
): string {
  const shown = lines.map(({ ok, message }) => {
    const mark = symbols.mark[ok ? 'ok' : 'error'];
    return `${ok ? paint.green(mark) : paint.red(mark)} ${message}`;
  });
  const rights = notPermitted.flatMap((right) => [describeRight(right), `  ${canICommand(right, place)}`]);
  const remarks =
    source === 'report' ? [] : [paint.dim('No report of a sidecar: this is what the CompassConnection says.')];
  const next = reason === undefined ? [] : [`  ${paint.bold(nextFor(reason, place))}`];
  return [...shown, ...next, ...remarks, ...rights].map((line) => `${line}\n`).join('');
}

/** One line of `key=value` for scripts and logs: `fine remaining=17h notAfter=…`. */
export function formatCheckLine({ notAfter, renewAt }: DatedIdentity, { status }: CheckVerdict, now: number): string {
  const renewal = renewAt === undefined ? '' : ` renewAt=${formatTime(renewAt)}`;
  const seconds = Math.max(0, Math.floor((notAfter - now) / 1_000));
  return `${status} remainingSeconds=${seconds} notAfter=${formatTime(notAfter)}${renewal}\n`;
}
