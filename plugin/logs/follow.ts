import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { POD } from '#common/cluster/objects.ts';
import { keepWatching } from '#common/cluster/watch.ts';
import { CompassError, messageOf } from '#common/errors.ts';
import { isInjected, type Pod } from '../connection/sidecar-pod.ts';
import { type LogLine, secondOf } from './line.ts';
import { logPlace, type SidecarPods } from './pods.ts';
import { type LogPart, type LogPlace, readLog } from './read.ts';

export interface FollowLogs {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What was asked for, for Pods that have said nothing yet. */
  readonly part: LogPart;
  /** The time of the last line of each Pod that was read already. */
  readonly last: ReadonlyMap<string, string>;
  /** The Pods that were read, and of whose last `tailLines` lines there were none: what they said before is not wanted. */
  readonly tailed: ReadonlySet<string>;
  readonly tailLines: number | undefined;
  /** Which Pods count. */
  readonly isWanted: (pod: Pod) => boolean;
  readonly onLine: (line: LogLine) => void;
  /** Told what does not work and is tried again. */
  readonly onTrouble: (pod: string, message: string) => void;
}

/** Between a stream's end and the next try. */
const RETRY_MS = 1_000;

/** Follows the logs of the Pods that there are and that come, until the signal ends it: lost streams are taken up again. */
export async function followLogs({ namespace, labelSelector }: SidecarPods, options: FollowLogs): Promise<void> {
  const { cluster, clock, signal, isWanted } = options;
  const followed = new Map<string, Promise<void>>();
  const gone = new Set<string>();
  const take = (pod: Pod) => {
    const { name } = pod.metadata;
    if (followed.has(name) || !isWanted(pod) || (labelSelector === undefined && !isInjected(pod))) return;
    gone.delete(name);
    followed.set(
      name,
      followPod(logPlace(pod, namespace), options, () => gone.has(name)).finally(() => followed.delete(name)),
    );
  };
  await keepWatching<Pod>(cluster, POD, {
    namespace,
    ...(labelSelector === undefined ? {} : { labelSelector }),
    clock,
    random: Math.random,
    signal,
    onEvent: (event) => {
      if (event.type === 'added' || event.type === 'modified') take(event.object);
      if (event.type === 'deleted') gone.add(event.object.metadata.name);
    },
  });
  await Promise.all(followed.values());
}

/** One Pod's log, however often its stream ends, until the Pod is gone. */
async function followPod(place: LogPlace, options: FollowLogs, isGone: () => boolean): Promise<void> {
  const { clock, signal, onTrouble } = options;
  const stream = new PodStream(place, options);
  let trouble = '';
  while (!(signal.aborted || isGone())) {
    const failure = await stream.readToEnd();
    // Said once: a container that waits to be started does so for long.
    if (failure !== undefined && failure !== trouble && !isGone()) onTrouble(place.pod, failure);
    trouble = failure ?? '';
    await clock.sleep(RETRY_MS, signal);
  }
}

/** The log of one Pod, which knows how far it was read. */
class PodStream {
  readonly #place: LogPlace;
  readonly #options: FollowLogs;
  #last: string;

  constructor(place: LogPlace, options: FollowLogs) {
    this.#place = place;
    this.#options = options;
    this.#last = options.last.get(place.pod) ?? '';
  }

  /** Reads until the stream ends; gives why it could not be read, where that was so. */
  async readToEnd(): Promise<string | undefined> {
    const { cluster, signal, part: asked, tailed, tailLines } = this.#options;
    const part = tailed.has(this.#place.pod) ? { ...asked, tailLines } : asked;
    try {
      for await (const line of readLog(cluster, this.#place, partAfter(this.#last, part), signal)) this.#take(line);
      return undefined;
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      return messageOf(error);
    }
  }

  /** What the API gives once more, since it knows whole seconds only, is passed over. */
  #take(line: LogLine): void {
    if (line.at !== '' && line.at <= this.#last) return;
    this.#last = line.at === '' ? this.#last : line.at;
    this.#options.onLine(line);
  }
}

/** From the last line on, or, where none was read, what was asked for. */
function partAfter(last: string, { sinceSeconds, sinceTime, tailLines }: LogPart): LogPart {
  return last === ''
    ? { sinceSeconds, sinceTime, tailLines, follow: true }
    : { sinceTime: secondOf(last), follow: true };
}
