import { CompassError } from '#common/errors.ts';
import { FROM_BUNDLE_FLAG, type Sourced, sourceOf } from '../bundle/replay/from-bundle.ts';
import type { Command, Invocation } from '../command.ts';
import { sidecarNamespace } from '../kubeconfig/flags.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { STATUS_DOCUMENT_KIND } from '../status/document.ts';
import { FAIL_ON_FLAG } from '../status/fail-on.ts';
import { look } from '../status/fetch.ts';
import { factsOf } from '../status/sight.ts';
import { readUntil, UNTIL_FLAG, type Until } from '../status/until.ts';
import { createViewer, type Viewer } from '../status/view.ts';
import { readTimeoutMs, timeoutFlag } from '../wait/flags.ts';

const TIMEOUT_MS = 5 * 60_000;

/** `kubectl compass status`: fetch, judge, print; the exit code is the health. */
export const status: Command = {
  details: `Reads what the sidecar reports, or without a report what the CompassConnection says: the client certificate
and when it is renewed, the Connector and the Director, the Applications, the sidecar, and how long this cluster
survives without Compass. What needs you comes last, each with its cause and the next command.

With --watch it stays and shows every change: on a terminal in place, elsewhere a line for each, with -o json a
document a line. With --until it ends as soon as the connection is healthy, synced, or has a renewed certificate in use.

With --from-bundle no cluster is needed: it says what it would have said when the archive was made.`,
  exits: {
    0: 'healthy, or as --until asked',
    1: 'not healthy',
    3: undefined,
    4: undefined,
    124: '--until has not come true in time',
    130: undefined,
    143: undefined,
  },
  flags: [
    { name: 'watch', short: 'w', kind: 'switch', summary: 'stay, and show every change' },
    UNTIL_FLAG,
    { ...timeoutFlag('5m'), summary: 'longest wait of --until, 5m unless said; 0 waits for ever' },
    FAIL_ON_FLAG,
    {
      name: 'details',
      kind: 'switch',
      summary: 'conditions, contacts, requests, failed Applications and changes, too',
    },
    FROM_BUNDLE_FLAG,
  ],
  formats: ['default', 'wide', 'oneline', 'name', ...DOCUMENT_FORMATS],
  documentKind: STATUS_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass status', does: 'How the connection of the current cluster stands' },
    { command: 'kubectl compass status --details', does: 'The same, with conditions, failed Applications and changes' },
    { command: 'kubectl compass status -w', does: 'Stay and see it change' },
    { command: 'kubectl compass status --until=healthy --timeout 2m', does: 'Wait in a script until all is well' },
    { command: 'kubectl compass status --context prod-eu -o json', does: 'Another cluster, for a program' },
    { command: 'kubectl compass status --from-bundle incident.tar.gz', does: 'What it was when a report was made' },
  ],
  run: runStatus,
};

/** What is seen as it changes, or waited for. */
const LIVE_FLAGS = ['watch', 'until', 'timeout'];

async function runStatus(call: Invocation): Promise<number> {
  return statusOf(await sourceOf(call, LIVE_FLAGS));
}

/** The command for a cluster or an archive. */
export async function statusOf({ invocation, replay }: Sourced): Promise<number> {
  const { names, flags, env, clock } = invocation;
  const until = readUntil(flags);
  if (until === undefined && flags.text('timeout') !== undefined) {
    throw new CompassError('Usage', '--timeout is how long --until waits: say what for');
  }
  const timeoutMs = readTimeoutMs(flags, TIMEOUT_MS);
  const { cluster, context } = await invocation.connect();
  const viewer = await createViewer(invocation, context);
  const find = { name: names[0] ?? replay?.asked, namespace: sidecarNamespace(flags, env) };
  if (flags.isOn('watch') || until) return watchStatus(invocation, { cluster, viewer, find, until, timeoutMs });
  const view = viewer.view(factsOf(await look(cluster, find)), clock.now());
  await invocation.print(viewer.result(view));
  return view.judgement.exitCode;
}

interface Watch {
  readonly cluster: Awaited<ReturnType<Invocation['connect']>>['cluster'];
  readonly viewer: Viewer;
  readonly find: Parameters<typeof look>[1];
  readonly until: Until | undefined;
  readonly timeoutMs: number;
}

async function watchStatus(invocation: Invocation, { cluster, until, timeoutMs, ...watch }: Watch): Promise<number> {
  const { watchConnection, exitCodeOfWatch, lastReason } = await import('../status/watch.ts');
  const { watchShow } = await import('../status/show.ts');
  const { viewer } = watch;
  const isWatch = invocation.flags.isOn('watch');
  const waiting: ReturnType<typeof watchShow> = (view, { tries }) =>
    invocation.progress.busy(
      'waiting',
      tries > 0 ? `stream lost, retrying (${tries})` : `${until}: ${lastReason(view)}`,
    );
  const view = await watchConnection(invocation, cluster, {
    ...watch,
    until,
    timeoutMs: until ? timeoutMs : Number.POSITIVE_INFINITY,
    show: isWatch ? watchShow(invocation, viewer) : waiting,
  });
  if (!view) return exitCodeOfWatch(invocation.interrupted);
  if (!isWatch) await invocation.print(viewer.result({ ...view, judgement: { ...view.judgement, exitCode: 0 } }));
  return 0;
}
