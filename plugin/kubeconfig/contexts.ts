import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { connectTo } from '#common/cluster/connect.ts';
import { kubeconfigPaths, readKubeconfig } from '#common/cluster/kubeconfig-file.ts';
import { CompassError } from '#common/errors.ts';
import type { Sink } from '../command.ts';
import { ParsedFlags } from '../flags.ts';
import { clusterOptions } from './connect.ts';
import { chooseByFlags } from './overrides.ts';

/** Several clusters of one kubeconfig, by their contexts. */
export interface Contexts {
  /** All of them, in the kubeconfig's order. */
  readonly names: readonly string[];
  /** The flags of a call that would name this context alone. */
  flagsFor(name: string): ParsedFlags;
  /**
   * The cluster of a context. Sends nothing yet. Throws InvalidSetting where the kubeconfig says too little of it. A credential
   * plugin has no terminal to ask at, since several may run; what it says goes to `stderr`, and `givenUp` ends it.
   */
  open(name: string, how: { readonly stderr: NodeJS.WritableStream; readonly givenUp: AbortSignal }): Cluster;
}

interface ContextsInput {
  readonly flags: ParsedFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Where -v logs. */
  readonly stderr: Pick<Sink, 'write'>;
}

/** Reads the kubeconfig, once for all of them. Throws InvalidSetting where there is none, Usage for a flag that makes no sense. */
export async function readContexts({ flags, env, clock, stderr }: ContextsInput): Promise<Contexts> {
  const options = clusterOptions(flags, stderr);
  const paths = kubeconfigPaths(env, flags.text('kubeconfig'));
  const config = await readKubeconfig(paths);
  if (!config) throw new CompassError('InvalidSetting', `there is no kubeconfig ${paths.join(' and no ')}`);
  const flagsFor = (name: string) => new ParsedFlags({ ...flags.values, context: name });
  return {
    names: [...config.contexts.keys()],
    flagsFor,
    open: (name, { stderr: words, givenUp }) =>
      connectTo(chooseByFlags(config, flagsFor(name)), { ...options, stderr: words, givenUp, env, clock }),
  };
}
