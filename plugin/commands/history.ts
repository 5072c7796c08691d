import { CompassError } from '#common/errors.ts';
import type { Command, Invocation } from '../command.ts';
import { type FoundConnection, findConnection } from '../connection/find.ts';
import { unreadableReport } from '../connection/reports.ts';
import { canICommand, describeRight, hiddenReport } from '../connection/right.ts';
import type { ParsedFlags } from '../flags.ts';
import { type HistoryQuestion, historyOf } from '../history/revisions.ts';
import { formatHistory, HISTORY_DOCUMENT_KIND, historyDocument, namesOfHistory } from '../history/view.ts';
import { sidecarNamespace } from '../kubeconfig/flags.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { quoted } from '../quoted.ts';
import { readDurationMs } from '../wait/flags.ts';

const DEFAULT_LIMIT = 10;

/** `kubectl compass history`: what was changed of late, and what caused it. */
export const history: Command = {
  details: `Shows the last synchronizations that changed something, the newest first, from the sidecar's report: what each
was made for (its period, a request and whose, a decision on held deletions, a start), and what it created, updated and
deleted. The report keeps 20 of them, and 50 changes. With the name of an Application only what was changed of it and of its
Secrets.`,
  exits: { 0: 'shown, even if nothing is known', 3: undefined, 4: undefined },
  flags: [
    {
      name: 'limit',
      kind: 'text',
      value: 'N',
      summary: `so many synchronizations at most, ${DEFAULT_LIMIT} unless said`,
    },
    { name: 'since', kind: 'text', value: 'DURATION', summary: 'only what is younger: 24h' },
    { name: 'connection', kind: 'text', value: 'NAME', summary: 'the CompassConnection, where there are several' },
  ],
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: HISTORY_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass history', does: 'What was changed of late, and why' },
    { command: 'kubectl compass history commerce-cloud --since 24h', does: 'What was changed of one Application' },
  ],
  run: runHistory,
};

async function runHistory(invocation: Invocation): Promise<number> {
  const { names, flags, env, clock, style } = invocation;
  const now = clock.now();
  const application = names[0]?.replace(/^(?:apps?|applications?)(?:\.[a-z.-]+)?\//, '');
  const question: HistoryQuestion = { application, since: readSince(flags, now), limit: readLimit(flags) };
  const { cluster } = await invocation.connect();
  const place = { name: flags.text('connection'), namespace: sidecarNamespace(flags, env) };
  const connection = await findConnection(cluster, place);
  const entries = historyOf(reportOf(connection), question);
  const context = { connection: connection.name, application, now };
  await invocation.print({
    document: () => historyDocument(entries, context),
    names: namesOfHistory(entries),
    text: () => formatHistory(entries, context, style),
  });
  return 0;
}

function readSince(flags: ParsedFlags, now: number): number | undefined {
  return flags.text('since') === undefined ? undefined : now - readDurationMs(flags, 'since', 0);
}

function readLimit(flags: ParsedFlags): number {
  const text = flags.text('limit') ?? String(DEFAULT_LIMIT);
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new CompassError('Usage', `--limit is ${quoted(text)}, and must be a number from 1 on`);
}

function reportOf({ name, found, notPermitted }: FoundConnection) {
  if (found?.report) return found.report;
  const hidden = hiddenReport(notPermitted);
  if (hidden) throw new CompassError('ClusterForbidden', describeRight(hidden), { next: canICommand(hidden) });
  if (found) throw new CompassError('NotInstalled', unreadableReport(found), { next: 'kubectl compass version' });
  throw new CompassError('NotInstalled', `no report of a sidecar of ${name} is there, which would have its history`);
}
