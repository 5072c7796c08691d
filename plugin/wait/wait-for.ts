import type { KubeObject } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { atCluster } from '../failure.ts';
import { clusterFlags } from '../kubeconfig/flags.ts';
import { humanDuration } from '../output/age.ts';
import { type FollowOptions, followObject } from './follow.ts';
import { reasonOfInterruption } from './interruption.ts';

export interface WaitOptions<O extends KubeObject, T> extends Pick<FollowOptions<O>, 'cluster' | 'ref'> {
  /** Infinity waits for ever. */
  readonly timeoutMs: number;
  /** Looks at each version of the object, undefined where there is none: gives the result once it is there; may throw. */
  readonly look: (object: O | undefined) => T | undefined;
  /** What is waited for, and why it has not come yet: asked when the time is over. */
  readonly waitingFor: () => string;
  /** What to do where the time is over, if that is known better than by the table of reasons. */
  readonly next?: () => string | undefined;
  /** The command that goes on watching what was only waited for; here it gets the flags that lead to the same cluster. */
  readonly goOn: string;
  /** What becomes of the work when the waiting is interrupted; it goes on, unless said. */
  readonly afterwards?: () => string;
  /** Runs beside the waiting until the signal ends it; what it throws ends the waiting, and is thrown. */
  readonly beside?: (signal: AbortSignal) => Promise<void>;
}

/**
 * Waits until an object shows what is looked for. Throws TimedOut with what was waited for and the last reason,
 * Interrupted at Ctrl-C, which ends the waiting and not the work; and whatever `look` throws.
 */
export async function waitFor<O extends KubeObject, T>(
  { clock, flags, interrupted, progress }: Pick<Invocation, 'clock' | 'flags' | 'interrupted' | 'progress'>,
  { cluster, ref, timeoutMs, look, waitingFor, next, goOn, afterwards = () => 'it goes on', beside }: WaitOptions<O, T>,
): Promise<T> {
  const ended = new AbortController();
  const signal = AbortSignal.any([interrupted, ended.signal]);
  let result: { readonly value: T } | { readonly error: unknown } | undefined;
  let trouble = '';
  const onObject = (object: O | undefined) => {
    trouble = '';
    if (result) return;
    try {
      const value = look(object);
      if (value !== undefined) result = { value };
    } catch (error) {
      result = { error };
    }
    if (result) ended.abort();
  };
  const onTrouble = (message: string) => {
    trouble = `; ${message}`;
    progress.busy('stream', `lost, retrying: ${message}`);
  };
  const following = followObject<O>({ cluster, ref, clock, signal, onObject, onTrouble });
  const timeout = Number.isFinite(timeoutMs) ? clock.sleep(timeoutMs, signal).then(() => ended.abort()) : undefined;
  const besides = beside?.(signal).catch((error: unknown) => {
    result ??= { error };
    ended.abort();
  });
  await following.finally(() => ended.abort());
  await Promise.all([timeout, besides]);
  progress.clear();
  if (result && 'value' in result) return result.value;
  if (result) throw result.error;
  if (interrupted.aborted) {
    const place = { clusterFlags: clusterFlags(flags), namedNamespace: flags.text('namespace') };
    const message = `stopped waiting for ${waitingFor()}; ${afterwards()}. To watch it: ${atCluster(goOn, place)}`;
    throw new CompassError(reasonOfInterruption(interrupted), message);
  }
  const message = `timed out after ${humanDuration(timeoutMs)}, waiting for ${waitingFor()}${trouble}`;
  throw new CompassError('TimedOut', message, { next: next?.() });
}
