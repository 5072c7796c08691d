import type { Invocation } from '../command.ts';
import { clusterFlags } from '../kubeconfig/flags.ts';
import type { OutputFormat } from '../output/format.ts';
import type { Result } from '../output/print.ts';
import { statusDocument } from './document.ts';
import type { ConnectionFacts } from './facts.ts';
import { judgedBy, readFailOn } from './fail-on.ts';
import { type CommandPlace, judge } from './judge.ts';
import type { Judgement } from './judgement.ts';
import { formatOneLine } from './oneline.ts';
import { type ScreenOptions, statusRows } from './screen.ts';

/** The facts as they are judged at a moment. */
export interface View {
  readonly facts: ConnectionFacts;
  readonly judgement: Judgement;
  readonly now: number;
}

type ViewInvocation = Pick<Invocation, 'flags' | 'style' | 'stdout' | 'output'>;

/** How one call looks at facts, and shows them. */
export interface Viewer {
  view(facts: ConnectionFacts, now: number): View;
  result(view: View): Result;
  /** The screen in so many rows, if they suffice; with the details where they are wanted, however many they take. */
  rows(view: View, mostRows?: number): string[];
}

/** What texts are wrapped at where no terminal says how wide it is; nothing is cut there. */
const COLUMNS = 80;

/** The details are loaded where they are wanted only: a plain status starts without them. */
export async function createViewer(
  { flags, style, stdout, output }: ViewInvocation,
  context: string | undefined,
): Promise<Viewer> {
  const place: CommandPlace = { clusterFlags: clusterFlags(flags), namedNamespace: flags.text('namespace') };
  const failOn = readFailOn(flags);
  const isDetailed = output.format === 'wide' || flags.isOn('details');
  const formatDetails = isDetailed ? (await import('./details.ts')).formatDetails : undefined;
  const rows = ({ facts, judgement, now }: View, mostRows?: number): string[] => {
    const options: ScreenOptions = {
      ...style,
      ...place,
      now,
      context,
      width: stdout.columns ?? COLUMNS,
      // A terminal that is repainted has as many rows as it has, also where it tells no width.
      isWhole: isDetailed || (stdout.columns === undefined && mostRows === undefined),
      hasDetails: isDetailed,
      mostRows,
    };
    const screen = statusRows(facts, judgement, options);
    return formatDetails ? [...screen, ...formatDetails(facts, now, style).trimEnd().split('\n')] : screen;
  };
  const text = (view: View, format: OutputFormat) => {
    const { facts, judgement, now } = view;
    if (format !== 'oneline') return `${rows(view).join('\n')}\n`;
    return `${formatOneLine(facts, judgement, now, style.symbols).text}\n`;
  };
  return {
    view: (facts, now) => ({ facts, judgement: judgedBy(failOn, judge(facts, now, place)), now }),
    rows,
    result: (view) => ({
      document: () => statusDocument(view.facts, view.judgement, view.now, place),
      names: [`compassconnection.compass.kyma-project.io/${view.facts.name}`],
      text: (format) => text(view, format),
    }),
  };
}
