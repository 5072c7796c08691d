import type { Style } from '../command.ts';
import { contentSince } from '../get/secret-facts.ts';
import { age } from '../output/age.ts';
import { alignColumns } from '../output/columns.ts';
import { plain } from '../output/text.ts';
import type { Trace, TracedApplication, TraceFacts } from './facts.ts';

interface TraceViewOptions extends Style {
  readonly now: number;
  readonly context: string | undefined;
}

type Line = readonly [head: string, value: string];

/** Each way back, from what was asked for to the connection, by its lines. */
export function formatTraces(facts: TraceFacts, options: TraceViewOptions): string {
  return facts.traces.map((trace) => alignColumns(linesOf(trace, facts, options))).join('\n');
}

function linesOf(trace: Trace, facts: TraceFacts, options: TraceViewOptions): Line[] {
  const { url, apis, bundle, application, purpose } = trace;
  const { symbols } = options;
  const lines: Line[] = [
    ...(url ? ([['URL:', `${url.url} (${url.use})`]] as const) : []),
    ...secretLines(trace, options),
    ...(purpose ? ([['Holds:', purpose]] as const) : []),
    ...apis.map(({ name, id }): Line => ['API:', `${name} (${id})`]),
    ...(bundle ? ([['Bundle:', `${bundle.displayName || bundle.name} (${bundle.id})`]] as const) : []),
  ];
  return [
    ...lines.map(([head, value]): Line => [head, plain(value, symbols)]),
    ...(application ? [applicationLine(application, options)] : []),
    ['Connection:', connectionText(application, facts, options)],
    ['Last change:', plain(changeText(trace, facts, options), symbols)],
  ];
}

function secretLines({ secrets }: Trace, { now }: TraceViewOptions): Line[] {
  return secrets.map(({ namespace, name, use, authentication, facts }): Line => {
    const since = contentSince(facts);
    const state = facts.state === 'not permitted' ? 'not permitted to look' : facts.state;
    const content = since === undefined ? '' : `, content ${age(since, now)} old`;
    return ['Secret:', `${namespace}/${name} (${authentication ?? use}, ${state}${content})`];
  });
}

function applicationLine(
  { name, id, inCluster, readiness }: TracedApplication,
  { paint, symbols }: TraceViewOptions,
): Line {
  const { ready, reason } = readiness;
  const trouble = inCluster ? `failed: ${reason}` : `not in the cluster: ${reason}`;
  const mark = ready === 'False' ? `  ${paint.red(`${symbols.mark.error} ${plain(trouble, symbols)}`)}` : '';
  const held = reason === 'DeletionsHeld' ? `  ${paint.yellow(`${symbols.mark.warning} deletion held`)}` : '';
  return ['Application:', `${plain(id === undefined ? name : `${name} (${id})`, symbols)}${mark}${held}`];
}

function connectionText(
  application: TracedApplication | undefined,
  { connection }: TraceFacts,
  { symbols, context }: TraceViewOptions,
): string {
  const { name, found, resource } = connection;
  if (application && application.connection === undefined) return 'none, it is not from Compass';
  const keeper = application?.connection ?? name;
  if (keeper !== name) return `${plain(keeper, symbols)}, and not ${plain(name, symbols)}`;
  const state = found?.report?.state ?? resource?.status?.connectionState;
  const where = context === undefined ? '' : `  (k8s: ${plain(context, symbols)})`;
  return `${plain(name, symbols)}${state ? ` (${plain(state, symbols)})` : ''}${where}`;
}

/** The report keeps the last changes only, and other connections' in their own. */
function changeText({ change, application }: Trace, { connection }: TraceFacts, { now }: TraceViewOptions): string {
  if (change) {
    const { kind, name, action, time, cause, revision } = change;
    const why = cause === undefined ? '' : `, ${cause}`;
    const rev = revision === undefined ? '' : ` (rev ${revision})`;
    return `${age(time, now)} ago: ${kind} ${name} ${action}${why}${rev}`;
  }
  if (application && application.connection !== connection.name) return 'not known here';
  const changes = connection.found?.report?.changes;
  if (changes === undefined) return 'not known without a report';
  return `not among the last ${changes.length} that the report keeps`;
}
