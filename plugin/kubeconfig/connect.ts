import type { Clock } from '#common/clock.ts';
import { type ClusterOptions, connectCluster, connectTo } from '#common/cluster/connect.ts';
import { kubeconfigPaths, readKubeconfig } from '#common/cluster/kubeconfig-file.ts';
import { parseDurationMs } from '#common/duration.ts';
import { CompassError } from '#common/errors.ts';
import { VERSION } from '#common/version.ts';
import type { Connected, Sink, Source } from '../command.ts';
import type { ParsedFlags } from '../flags.ts';
import { callLog } from './call-log.ts';
import { chooseByFlags } from './overrides.ts';
import { namespaceOfPod, podKubeconfig } from './pod.ts';

export interface ConnectInput {
  readonly flags: ParsedFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Where a credential plugin talks to the person, and -v logs. */
  readonly stderr: Pick<Sink, 'stream' | 'write'>;
  /** Where a credential plugin may ask, if it is a terminal; absent where it must not. */
  readonly stdin?: Source | undefined;
}

/** Flags that name a part of a kubeconfig: with one of them the Pod's own service account is not meant. */
const CHOOSING = ['kubeconfig', 'context', 'cluster', 'user', 'server'];

/**
 * The cluster that kubectl would talk to with the same flags and environment. Sends nothing yet. Throws InvalidSetting
 * where there is none, Usage for a flag that makes no sense.
 */
export async function connect({ flags, env, clock, stdin, stderr }: ConnectInput): Promise<Connected> {
  const options = clusterOptions(flags, stderr);
  const kubeconfigPath = flags.text('kubeconfig');
  const config = await readKubeconfig(kubeconfigPaths(env, kubeconfigPath));
  if (!config && CHOOSING.every((name) => flags.text(name) === undefined)) {
    const own = podKubeconfig(flags, env);
    // The API server of a Pod's own cluster is dialled directly, whatever proxy there is for the world outside.
    const ofPod = { context: undefined, namespace: namespaceOfPod() };
    if (own) return { cluster: connectTo(chooseByFlags(own, flags), { ...options, env: {}, clock }), ...ofPod };
    return { cluster: await connectCluster({ ...options, env, clock }), ...ofPod };
  }
  if (!config && kubeconfigPath) throw new CompassError('InvalidSetting', `there is no kubeconfig ${kubeconfigPath}`);
  const choice = chooseByFlags(config, flags);
  // The streams are opened when they are asked for, and nobody but a credential plugin needs them.
  const shown = choice.user.exec ? { stdin, stderr: stderr.stream } : {};
  const cluster = connectTo(choice, { ...options, ...shown, env, clock });
  return { cluster, context: flags.text('context') ?? config?.currentContext, namespace: choice.namespace };
}

/** How every cluster is talked to, as the flags say. Throws Usage for one that makes no sense. */
export function clusterOptions(flags: ParsedFlags, stderr: Pick<Sink, 'write'>): ClusterOptions {
  return { userAgent: `kubectl-compass/${VERSION}`, ...requestTimeout(flags), ...callLog(flags, stderr) };
}

/** `--request-timeout` as kubectl reads it: a duration, or a bare number of seconds; 0 sets no limit of its own. */
function requestTimeout(flags: ParsedFlags): { readonly timeoutMs?: number } {
  const text = flags.text('request-timeout');
  if (text === undefined) return {};
  const timeoutMs = /^\d+$/.test(text) ? Number(text) * 1_000 : parseDurationMs(text);
  if (timeoutMs === undefined) {
    throw new CompassError('Usage', `--request-timeout is "${text}", and must be a duration such as 10s or 2m`);
  }
  return timeoutMs === 0 ? {} : { timeoutMs };
}
