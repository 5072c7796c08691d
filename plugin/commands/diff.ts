import { CompassError, REASONS } from '#common/errors.ts';
import type { SyncPlan } from '#common/sync/plan-document.ts';
import { FROM_BUNDLE_FLAG, type Sourced, sourceOf } from '../bundle/replay/from-bundle.ts';
import type { Replay } from '../bundle/replay/replay.ts';
import type { Command, Invocation } from '../command.ts';
import { COMPASS_CA_FLAG } from '../compass/transport.ts';
import { type FoundConnection, findConnection } from '../connection/find.ts';
import { type DecideCommands, decideCommands } from '../deletions/decide-command.ts';
import type { PlanQuestion } from '../diff/ask-plan.ts';
import { DIFF_DOCUMENT_KIND, diffDocument, namesOfDiff, reasonOfDiff } from '../diff/document.ts';
import { readShow, shownPlan } from '../diff/show.ts';
import { formatSuspended, suspendedNow } from '../diff/suspended.ts';
import type { Place } from '../failure.ts';
import { clusterFlags, sidecarNamespace } from '../kubeconfig/flags.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { readTimeoutMs, timeoutFlag } from '../wait/flags.ts';

const TIMEOUT_MS = 120_000;

/** `kubectl compass diff`: what a synchronization would change now. */
export const diff: Command = {
  details: `Has the sidecar try a synchronization that stores nothing, and shows what it would change: the cluster as it
is, and as the Director lists it. Of Secrets only fingerprints are shown, which tell whether a value changes. What is no
longer listed is shown with the reason why it stays for now. Names are those of Applications, in the cluster or in Compass.
With --direct no sidecar is needed: it is computed here with the client key that is stored in the cluster. With
--from-bundle it is the plan that was computed when the archive was made.`,
  exits: {
    0: 'no differences',
    1: 'differences, or a listing that is not complete',
    3: undefined,
    4: undefined,
    5: undefined,
    6: undefined,
    7: 'no plan came about: the sidecar is too old, could not compute it, is asked by others all the time, or all is suspended',
    124: undefined,
    130: undefined,
    143: undefined,
  },
  failureExit: 7,
  flags: [
    { name: 'summary', kind: 'switch', summary: 'a line for each object in place of what changes in it' },
    {
      name: 'show',
      kind: 'text',
      value: 'PARTS',
      summary: 'only these of spec, secrets and labels: --show=spec,labels',
    },
    { name: 'direct', kind: 'switch', summary: 'compute it here, with the client key from the cluster' },
    COMPASS_CA_FLAG,
    { name: 'connection', kind: 'text', value: 'NAME', summary: 'the CompassConnection, where there are several' },
    timeoutFlag('2m'),
    FROM_BUNDLE_FLAG,
  ],
  formats: ['default', 'summary', 'name', ...DOCUMENT_FORMATS],
  documentKind: DIFF_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass diff', does: 'What a synchronization would change now' },
    { command: 'kubectl compass diff --summary', does: 'A line for each object' },
    {
      command: 'kubectl compass diff commerce-cloud --show=secrets',
      does: 'Whether the credentials of one Application change',
    },
    { command: 'kubectl compass diff --direct', does: 'Without a sidecar, with the key from the cluster' },
  ],
  run: runDiff,
};

/** What asks anew. */
const LIVE_FLAGS = ['direct', 'timeout', COMPASS_CA_FLAG.name];

async function runDiff(call: Invocation): Promise<number> {
  return diffOf(await sourceOf(call, LIVE_FLAGS));
}

/** The command for a cluster or an archive. */
export async function diffOf({ invocation, replay }: Sourced): Promise<number> {
  const { names, flags, env, clock, style } = invocation;
  const parts = readShow(flags);
  const timeoutMs = readTimeoutMs(flags, TIMEOUT_MS);
  const isDirect = flags.isOn('direct');
  if (!isDirect && flags.text(COMPASS_CA_FLAG.name) !== undefined) {
    throw new CompassError('Usage', '--compass-ca is for --direct: the sidecar has roots of its own');
  }
  const { cluster } = await invocation.connect();
  const place = { name: flags.text('connection') ?? replay?.asked, namespace: sidecarNamespace(flags, env) };
  const connection = await findConnection(cluster, place);
  const question = { cluster, connection, names: names.map(withoutType), timeoutMs };
  const whole = await (replay ? planOfArchive(replay, question.names) : planNow(invocation, question, isDirect));
  refuseUnknown(whole);
  const plan = shownPlan(whole, parts);
  const now = clock.now();
  const isSummary = flags.isOn('summary');
  const to = {
    clusterFlags: clusterFlags(flags),
    namespace: connection.namespace,
    namedNamespace: flags.text('namespace'),
  };
  const decide = decideOn(plan, connection, to);
  const source = isDirect ? ('direct' as const) : ('sidecar' as const);
  const suspended = suspendedNow(connection.found?.report, now);
  const context = { connection: connection.name, source, place: to, now, decide, suspended };
  const remark = suspended ? formatSuspended(suspended, style) : '';
  await invocation.print({
    document: () => diffDocument(plan, context, isSummary),
    names: namesOfDiff(plan),
    text: async (format) => {
      if (isSummary || format === 'summary') {
        return (await import('../diff/summary.ts')).formatSummary(plan, now, style, decide) + remark;
      }
      return (await import('../diff/unified.ts')).formatUnified(plan, now, style, decide) + remark;
    },
  });
  const reason = reasonOfDiff(plan);
  return reason ? REASONS[reason].exit : 0;
}

async function planNow(invocation: Invocation, question: PlanQuestion, isDirect: boolean): Promise<SyncPlan> {
  if (isDirect) return (await import('../diff/direct.ts')).planDirectly(invocation, question);
  return (await import('../diff/ask-plan.ts')).askPlan(invocation, question);
}

async function planOfArchive(replay: Replay, names: readonly string[]): Promise<SyncPlan> {
  return (await import('../diff/from-archive.ts')).planFromArchive(replay, names);
}

/** The commands that decide on the held plan, where it is the one that the sidecar holds: another one it would refuse. */
function decideOn({ held }: SyncPlan, { name, found }: FoundConnection, place: Place): DecideCommands | undefined {
  const { report } = found ?? {};
  if (!held || report?.held?.id !== held.id) return undefined;
  return decideCommands({ connection: name, plan: held.id }, place);
}

/** `application/orders` is `orders`, as everywhere in kubectl; other slashes are part of a name in Compass. */
function withoutType(name: string): string {
  return name.replace(/^(?:apps?|applications?|secrets?)(?:\.[a-z.-]+)?\//, '');
}

function refuseUnknown({ unknown = [], complete }: SyncPlan): void {
  if (unknown.length === 0 || !complete) return;
  const which = unknown.map((name) => `"${name}"`).join(', ');
  throw new CompassError('ClusterNotFound', `no Application ${which}, neither in the cluster nor in Compass`, {
    next: 'kubectl compass diff --summary',
  });
}
