import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError, hasReason, REASONS } from '#common/errors.ts';
import { DEFAULT_CONNECTION_NAME } from '#common/resources/names.ts';
import type { Invocation } from '../command.ts';
import type { FindOptions } from '../connection/find.ts';
import { DEFAULT_NAMESPACE } from '../connection/reports.ts';
import { humanDuration } from '../output/age.ts';
import { reasonOfInterruption } from '../wait/interruption.ts';
import { readerGone } from '../watch/reader-gone.ts';
import { Wakeup } from '../watch/wakeup.ts';
import type { ConnectionFacts } from './facts.ts';
import { look } from './fetch.ts';
import { followSight } from './follow.ts';
import type { Show } from './show.ts';
import { factsOf, type Sight } from './sight.ts';
import { isReached, type Until } from './until.ts';
import type { View, Viewer } from './view.ts';

export interface WatchOptions {
  readonly find: FindOptions;
  readonly viewer: Viewer;
  readonly show: Show;
  /** Undefined watches until it is stopped. */
  readonly until: Until | undefined;
  /** Infinity waits for ever. */
  readonly timeoutMs: number;
}

/** How often time alone may change the view: an age, an expiry, a Lease that runs out. */
const TICK_MS = 1_000;

/** Changes that come closer together are one: the last of them is always shown. */
const COALESCE_MS = 50;

/**
 * Watches a connection until it is as asked, and resolves to the last view; undefined where the watch was stopped, or
 * nobody reads it any more. Throws what the first look throws, TimedOut with what was waited for and the last reason, and
 * Interrupted where something was waited for.
 */
export async function watchConnection(
  invocation: Pick<Invocation, 'clock' | 'interrupted' | 'stdout'>,
  cluster: Cluster,
  options: WatchOptions,
): Promise<View | undefined> {
  const { clock, interrupted, stdout } = invocation;
  const ended = new AbortController();
  const signal = AbortSignal.any([interrupted, ended.signal, readerGone(stdout)]);
  const scene = new Scene(await firstLook(cluster, options), clock.now());
  const following = followSight(scene.sight, {
    cluster,
    clock,
    signal,
    onSight: (change, isHeartbeat) => scene.change(change, isHeartbeat ? undefined : clock.now()),
    onTrouble: (tries) => scene.trouble(tries),
  });
  // It ends with the signal only, and the last view is still to be shown then; but it may fail.
  const failing = following.then(() => new Promise<never>(() => undefined));
  try {
    return await Promise.race([turns(scene, { ...options, clock, signal, interrupted }), failing]);
  } finally {
    ended.abort();
    await following;
  }
}

interface Turns extends WatchOptions {
  readonly clock: Invocation['clock'];
  readonly signal: AbortSignal;
  readonly interrupted: AbortSignal;
}

async function turns(scene: Scene, { viewer, show, until, timeoutMs, ...run }: Turns): Promise<View | undefined> {
  const { clock, signal, interrupted } = run;
  const deadlineMs = clock.monotonicMs() + timeoutMs;
  const atStart = factsOf(scene.sight);
  for (;;) {
    const view = viewer.view(factsOf(scene.sight), clock.now());
    await show(view, scene);
    if (until && isReached(until, view.facts, view.judgement, atStart)) return view;
    if (signal.aborted) {
      if (until && interrupted.aborted) throw stopped(view, until, interrupted);
      return undefined;
    }
    if (clock.monotonicMs() >= deadlineMs) throw timedOut(view, until, timeoutMs);
    await scene.wakeup.wait(clock, Math.min(TICK_MS, deadlineMs - clock.monotonicMs()), signal);
    await clock.sleep(COALESCE_MS, signal);
  }
}

/** What is seen now, and how the watching goes. */
class Scene {
  readonly wakeup = new Wakeup();
  sight: Sight;
  tries = 0;
  lastEventAt: number | undefined;

  constructor(sight: Sight, now: number) {
    this.sight = sight;
    this.lastEventAt = now;
  }

  change(change: Partial<Sight>, at: number | undefined): void {
    this.sight = { ...this.sight, ...change };
    this.lastEventAt = at ?? this.lastEventAt;
    this.wakeup.wake();
  }

  trouble(tries: number): void {
    this.tries = tries;
    this.wakeup.wake();
  }
}

/** Who waits for a connection may do so before there is one. */
async function firstLook(cluster: Cluster, { find, until }: WatchOptions): Promise<Sight> {
  try {
    return await look(cluster, find);
  } catch (error) {
    if (until === undefined || !hasReason(error, 'NotInstalled', 'ClusterNotFound')) throw error;
    return {
      name: find.name ?? DEFAULT_CONNECTION_NAME,
      namespace: find.namespace ?? DEFAULT_NAMESPACE,
      searched: find.namespace,
      resource: undefined,
      found: undefined,
      lease: undefined,
      pod: undefined,
      elsewhere: [],
      notPermitted: [],
    };
  }
}

const WAITED_FOR: Readonly<Record<Until, string>> = {
  healthy: 'to be healthy',
  synced: 'to be synchronized',
  renewed: 'to have a new certificate in use',
};

function waitedFor({ name }: ConnectionFacts, until: Until | undefined): string {
  return `${name} ${until ? WAITED_FOR[until] : ''}`.trimEnd();
}

function timedOut(view: View, until: Until | undefined, timeoutMs: number): CompassError {
  const after = humanDuration(timeoutMs);
  return new CompassError(
    'TimedOut',
    `timed out after ${after}, waiting for ${waitedFor(view.facts, until)}; ${lastReason(view)}`,
  );
}

function stopped({ facts }: View, until: Until, interrupted: AbortSignal): CompassError {
  const message = `stopped waiting for ${waitedFor(facts, until)}; whatever is under way goes on`;
  return new CompassError(reasonOfInterruption(interrupted), message);
}

/** Why it has not come yet, in one sentence. */
export function lastReason({ facts, judgement }: View): string {
  const [problem] = judgement.problems;
  const why = problem?.message ?? facts.remarks[0];
  return `it is ${judgement.verdict}${why === undefined ? '' : `: ${why}`}`;
}

/** The exit code of a watch that ended without having waited for anything. */
export function exitCodeOfWatch(interrupted: AbortSignal): number {
  return interrupted.aborted ? REASONS[reasonOfInterruption(interrupted)].exit : 0;
}
