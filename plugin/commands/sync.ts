import type { Command, Invocation } from '../command.ts';
import { connectionFullName } from '../connection/full-name.ts';
import { DRY_RUN_FLAG, readDryRun } from '../dry-run.ts';
import { atCluster, type Place } from '../failure.ts';
import { clusterFlags } from '../kubeconfig/flags.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { findAskedConnection } from '../requests/asked-connection.ts';
import { isDeserted } from '../sync/deserted.ts';
import { askToSync, awaitFlag, awaitSync, setResyncNow } from '../sync/request.ts';
import { judgeSync, resultOf, resultOfAgent, type SyncResult } from '../sync/result.ts';
import { formatSync, SYNC_DOCUMENT_KIND, syncDocument } from '../sync/view.ts';
import { readTimeoutMs, timeoutFlag, WAIT_FLAG } from '../wait/flags.ts';

const FIVE_MINUTES_MS = 5 * 60_000;

const DESERTED =
  'warning: neither a sidecar nor the Compass Runtime Agent was found running, so that nobody may answer: kubectl compass install';

/** `kubectl compass sync`: asks for a synchronization, waits for this very one, and shows what it did. */
export const sync: Command = {
  details: `Asks the sidecar to synchronize now, and waits for its answer to this very request: how many Applications were
listed, created, updated, deleted and left as they are, and each one that failed with its reason. A synchronization is
always of all Applications; NAME is the CompassConnection. Ctrl-C ends the waiting, not the synchronization.

An agent that writes no report is asked by spec.resyncNow alone, and says no more than the state that it ended in.`,
  exits: {
    0: 'everything is as Compass lists it',
    1: 'Applications failed',
    3: undefined,
    4: undefined,
    5: undefined,
    6: undefined,
    7: 'deletions are held, synchronization is suspended, or the sidecar refuses the request',
    124: undefined,
    130: undefined,
    143: undefined,
  },
  flags: [
    { ...WAIT_FLAG, summary: 'wait for the result: as it does unless --no-wait is said' },
    timeoutFlag('5m'),
    DRY_RUN_FLAG,
  ],
  formats: ['default', 'wide', 'name', ...DOCUMENT_FORMATS],
  documentKind: SYNC_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass sync', does: 'Synchronize now, and see what came of it' },
    { command: 'kubectl compass sync -o wide', does: 'Also each object that was changed' },
    { command: 'kubectl compass sync --no-wait -o name', does: 'Ask, and go on' },
  ],
  run: runSync,
};

async function runSync(invocation: Invocation): Promise<number> {
  const { clock, style } = invocation;
  const result = await synchronize(invocation);
  const verdict = judgeSync(result);
  const place = placeOf(invocation);
  await invocation.print({
    document: () => syncDocument(result, verdict, { now: clock.now(), place }),
    names: [connectionFullName(result.connection)],
    text: (format) => formatSync(result, verdict, { ...style, place, isWide: format === 'wide' }),
  });
  return verdict.exitCode;
}

function placeOf({ flags }: Invocation): Place {
  return { clusterFlags: clusterFlags(flags), namedNamespace: flags.text('namespace') };
}

async function synchronize(invocation: Invocation): Promise<SyncResult> {
  const { flags, clock } = invocation;
  const dryRun = readDryRun(flags);
  const timeoutMs = readTimeoutMs(flags, FIVE_MINUTES_MS);
  const { cluster, connection } = await findAskedConnection(invocation);
  const startedAtMs = clock.monotonicMs();
  const base = { connection: connection.name, dryRun };
  const isWaitedFor = dryRun === 'none' && (flags.switched('wait') ?? true);
  const took = () => ({ tookMs: clock.monotonicMs() - startedAtMs });
  if (!connection.found && connection.notPermitted.length === 0) {
    await setResyncNow(cluster, connection, dryRun);
    if (!isWaitedFor) return { ...base, changes: [], failures: [], unnamed: 0 };
    invocation.hint('there is no report of a sidecar: this asks an agent that does not know whose request it answers');
    if (await isDeserted(cluster, connection, clock.now())) invocation.hint(atCluster(DESERTED, placeOf(invocation)));
    const resource = await awaitFlag(invocation, cluster, connection, timeoutMs);
    return resultOfAgent({ ...base, ...took() }, resource);
  }
  const id = await askToSync(cluster, connection, invocation, dryRun);
  const asked = dryRun === 'none' ? { id } : {};
  if (!isWaitedFor) return { ...base, ...asked, changes: [], failures: [], unnamed: 0 };
  const answer = await awaitSync(invocation, cluster, connection, { id, timeoutMs });
  return resultOf({ ...base, id, ...took() }, answer);
}
