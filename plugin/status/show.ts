import type { Invocation } from '../command.ts';
import { humanDuration } from '../output/age.ts';
import { canRepaint } from '../output/can-repaint.ts';
import type { OutputFormat } from '../output/format.ts';
import { plain } from '../output/text.ts';
import { Repaint } from '../watch/repaint.ts';
import { formatOneLine } from './oneline.ts';
import type { View, Viewer } from './view.ts';

/** What is known about the stream of events while a connection is watched. */
export interface Liveness {
  /** How often in a row the API server could not be asked. */
  readonly tries: number;
  /** When something last changed; undefined until it does. */
  readonly lastEventAt: number | undefined;
}

/** Shows one view after another: called at every change and every second. */
export type Show = (view: View, liveness: Liveness) => void | Promise<void>;

type ShowInvocation = Pick<Invocation, 'output' | 'stdout' | 'env' | 'style' | 'progress' | 'print' | 'clock'>;

/**
 * How a watch shows what it sees: a screen that is repainted where there is a terminal, else a line for every change; a
 * document for every change where a program reads it.
 */
export function watchShow(invocation: ShowInvocation, viewer: Viewer): Show {
  const { output, stdout, env } = invocation;
  const isScreen = output.format === 'default' || output.format === 'wide';
  if (isScreen && canRepaint(stdout, env)) return repainting(invocation, viewer);
  if (isScreen || output.format === 'oneline') return lineByLine(invocation);
  return documents(invocation, viewer, output.format);
}

function repainting({ stdout, style }: ShowInvocation, viewer: Viewer): Show {
  const screen = new Repaint(stdout);
  return (view, liveness) => {
    const { symbols, paint } = style;
    const head = paint.dim(
      watchHeader(view, liveness)
        .map((part) => plain(part, symbols))
        .join(symbols.dot),
    );
    screen.paint([head, ...viewer.rows(view, screen.room - 1)], symbols.ellipsis);
  };
}

function watchHeader({ facts, now }: View, { tries, lastEventAt }: Liveness): string[] {
  const since = lastEventAt === undefined ? '' : `, last event ${humanDuration(now - lastEventAt)} ago`;
  return [
    `watching ${facts.name}`,
    wallClock(now),
    tries > 0 ? `stream lost, retrying (${tries})` : `live${since}`,
    '^C stops',
  ];
}

/** The time of day where the reader is. */
function wallClock(now: number): string {
  const date = new Date(now);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

function lineByLine({ stdout, style, progress }: ShowInvocation): Show {
  let shown = '';
  return ({ facts, judgement, now }, liveness) => {
    tellTrouble(progress, liveness);
    const { key, text } = formatOneLine(facts, judgement, now, style.symbols);
    if (key === shown) return;
    shown = key;
    stdout.write(`${text}\n`);
  };
}

function documents({ stdout, progress, print }: ShowInvocation, viewer: Viewer, format: OutputFormat): Show {
  let shown = '';
  return async (view, liveness) => {
    tellTrouble(progress, liveness);
    const key = keyOf(view);
    if (key === shown) return;
    const isFirst = shown === '';
    shown = key;
    const result = viewer.result(view);
    if (format === 'json') {
      stdout.write(`${JSON.stringify(result.document())}\n`);
      return;
    }
    if (format === 'yaml' && !isFirst) stdout.write('---\n');
    await print(result);
    if (format === 'jsonpath') stdout.write('\n');
  };
}

/** What has to differ for a document to be another one: not the seconds that pass, nor the Lease that is renewed. */
function keyOf({ facts, judgement }: View): string {
  const { agent, ...others } = facts;
  const { verdict, exitCode, lines, problems } = judgement;
  const levels = Object.values(lines).map(({ level }) => level);
  const reasons = problems.map(({ reason, severity }) => [reason, severity]);
  return JSON.stringify([others, { ...agent, leaseUntil: undefined }, verdict, exitCode, levels, reasons]);
}

function tellTrouble(progress: Invocation['progress'], { tries }: Liveness): void {
  if (tries > 0) progress.busy('stream', `lost, retrying (${tries})`);
  else progress.clear();
}
