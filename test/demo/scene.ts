import { setTimeout as delay } from 'node:timers/promises';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { CompassNews } from './compass-news.ts';
import type { Narrator } from './narrator.ts';
import { connectionRef } from './place.ts';
import type { SidecarProcess } from './sidecar-process.ts';
import type { Target } from './target.ts';

/** Everything that a step of the demo works with. */
export interface Scene {
  readonly narrator: Narrator;
  readonly simulator: Simulator;
  readonly news: CompassNews;
  readonly target: Target;
  readonly sidecar: SidecarProcess;
  /** Where the sidecar serves health and metrics. */
  readonly healthUrl: string;
  /** For files of the demo's; removed at its end. */
  readonly folder: string;
  /** Aborts when the person stops the demo. */
  readonly stopping: AbortSignal;
}

const LOOK_EVERY_MS = 100;

/**
 * Looks at the world until `look` gives something, and tells meanwhile what Compass is asked. Fails when the sidecar
 * ends, and after `withinMs` with what `look` said last: a text is what is still missing.
 */
export async function waitFor<T extends object>(
  { news, sidecar, stopping }: Pick<Scene, 'news' | 'sidecar' | 'stopping'>,
  look: () => Promise<T | string>,
  withinMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    news.tell();
    if (typeof seen !== 'string') return seen;
    sidecar.assertRuns();
    if (performance.now() > deadline) throw new Error(`${seen}; waited for ${withinMs / 1000} s`);
    await delay(LOOK_EVERY_MS, undefined, { signal: stopping });
  }
}

/** The CompassConnection as it is now. */
export function findConnection({ target }: Scene): Promise<CompassConnection | undefined> {
  return target.cluster.find<CompassConnection>(connectionRef(target.place));
}

/** What a person would read off its status: the state, and what is wrong. */
export function describeState(connection: CompassConnection | undefined): string {
  if (connection === undefined) return 'there is no CompassConnection';
  const { status } = connection;
  const error = status?.connectionStatus?.error || status?.synchronizationStatus?.error;
  return `the CompassConnection is ${status?.connectionState ?? 'without a state'}${error ? ` (${error})` : ''}`;
}
