import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError, REASONS } from '#common/errors.ts';
import type { Command, Invocation } from '../command.ts';
import { canICommand } from '../connection/right.ts';
import { sidecarNamespace } from '../kubeconfig/flags.ts';
import { LOG_FLAGS, readLogOptions } from '../logs/options.ts';
import { findLeader, findPods, type SidecarPods } from '../logs/pods.ts';
import { showLogs } from '../logs/show.ts';
import { reasonOfInterruption } from '../wait/interruption.ts';
import { readerGone } from '../watch/reader-gone.ts';

/** `kubectl compass logs`: what the sidecar wrote, all replicas in one. */
export const logs: Command = {
  details: `Shows the log of the sidecar: all replicas in the order of the lines' times, for people with the time, the
level, the message and what belongs to it, or with -o json as it was written, an object a line. --app and --request-id
pick what is about one Application, or one call of Compass; --tail counts what is left after that.

With --follow it goes on, also when a stream is lost, and takes up Pods that come later.`,
  exits: { 0: 'shown', 3: 'there is no Pod of a sidecar', 4: undefined, 130: undefined, 143: undefined },
  flags: LOG_FLAGS,
  formats: ['default', 'json', 'raw'],
  documentKind: 'Failure',
  examples: [
    { command: 'kubectl compass logs -f', does: 'Follow what the sidecar does' },
    { command: 'kubectl compass logs --since 1h --level warn', does: 'What went wrong in the last hour' },
    { command: 'kubectl compass logs --app commerce-cloud --tail 20', does: 'The last 20 lines about one Application' },
    { command: 'kubectl compass logs --request-id 1ae04041_5f0c', does: 'What a call of Compass came to' },
    { command: 'kubectl compass logs --previous', does: 'Why the container was started anew' },
  ],
  run: runLogs,
};

async function runLogs(invocation: Invocation): Promise<number> {
  const { names, flags, env, interrupted, stdout } = invocation;
  const options = readLogOptions(flags);
  const { cluster } = await invocation.connect();
  const sidecar = await findPods(cluster, { name: names[0], namespace: sidecarNamespace(flags, env) });
  const leader = flags.isOn('leader') ? await requireLeader(cluster, sidecar) : undefined;
  await showLogs(invocation, cluster, sidecar, {
    ...options,
    isWanted: ({ metadata }) => leader === undefined || metadata.name === leader,
    signal: AbortSignal.any([interrupted, readerGone(stdout)]),
  });
  return interrupted.aborted ? REASONS[reasonOfInterruption(interrupted)].exit : 0;
}

async function requireLeader(cluster: Cluster, { connection, namespace }: SidecarPods): Promise<string> {
  const leader = await findLeader(cluster, connection, namespace);
  if (leader !== undefined) return leader;
  const message = `no replica leads in namespace ${namespace}; without --leader all of them are shown`;
  const next = canICommand({ verb: 'get', resource: 'leases.coordination.k8s.io', namespace });
  throw new CompassError('ClusterNotFound', message, { next });
}
