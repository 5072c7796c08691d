import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError, hasReason, messageOf } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import type { Pod } from '../connection/sidecar-pod.ts';
import { isAll, lineFilter } from './filter.ts';
import { followLogs } from './follow.ts';
import { formatLine, type LogFormat } from './format.ts';
import type { LogLine } from './line.ts';
import { mergeLogs } from './merge.ts';
import type { LogOptions } from './options.ts';
import { logPlace, type SidecarPods } from './pods.ts';
import { type LogPart, readLog } from './read.ts';

type ShowInvocation = Pick<Invocation, 'clock' | 'stdout' | 'style' | 'output' | 'hint'>;

/** What was read of each Pod so far. */
interface Progress {
  /** The time of its last line. */
  readonly last: Map<string, string>;
  /** Those that gave no line. */
  readonly silent: Set<string>;
  /** What could not be read. */
  readonly failed: CompassError[];
}

/**
 * Shows the logs of these Pods, the lines of all in the order of their times, and with --follow what comes after, until
 * the signal ends it. Throws what the API server says where no log at all can be read.
 */
export async function showLogs(
  invocation: ShowInvocation,
  cluster: Cluster,
  sidecar: SidecarPods,
  options: LogOptions & { readonly isWanted: (pod: Pod) => boolean; readonly signal: AbortSignal },
): Promise<void> {
  const { clock, hint } = invocation;
  const { part, wanted, tail, isFollowed, isWanted, signal } = options;
  const pods = sidecar.pods.filter(isWanted);
  const printer = new Printer(invocation, pods);
  const isShown = lineFilter(wanted);
  const progress: Progress = { last: new Map(), silent: new Set(), failed: [] };
  const tailLines = Number.isFinite(tail) && isAll(wanted) ? tail : undefined;
  const logs = pods.map((pod) =>
    readOnce(cluster, { pod, namespace: sidecar.namespace, part: { ...part, tailLines }, signal }, progress),
  );
  for await (const line of lastOf(shownOf(mergeLogs(logs), isShown), tail)) printer.print(line);
  const [first] = progress.failed;
  if (!isFollowed && first && progress.failed.length === pods.length) throw first;
  for (const error of progress.failed) hint(messageOf(error));
  if (!isFollowed) {
    if (!printer.hasPrinted && !signal.aborted) hint('nothing that is wanted was written');
    return;
  }
  await followLogs(sidecar, {
    cluster,
    clock,
    signal,
    part,
    last: progress.last,
    tailed: progress.silent,
    tailLines,
    isWanted,
    onLine: (line) => {
      if (isShown(line)) printer.print(line);
    },
    onTrouble: (pod, message) => hint(`${pod}: ${message}; trying again`),
  });
}

interface ReadOnce {
  readonly pod: Pod;
  readonly namespace: string;
  readonly part: LogPart;
  readonly signal: AbortSignal;
}

/** A log to its end. One that cannot be read, where a container waits to be started, does not hide the others. */
async function* readOnce(
  cluster: Cluster,
  { pod, namespace, part, signal }: ReadOnce,
  { last, silent, failed }: Progress,
): AsyncGenerator<LogLine> {
  const { name } = pod.metadata;
  try {
    for await (const line of readLog(cluster, logPlace(pod, namespace), part, signal)) {
      if (line.at !== '') last.set(name, line.at);
      yield line;
    }
    if (!last.has(name)) silent.add(name);
  } catch (error) {
    if (!(error instanceof CompassError) || hasReason(error, 'ClusterForbidden', 'ClusterUnauthorized')) throw error;
    failed.push(error);
  }
}

async function* shownOf(lines: AsyncIterable<LogLine>, isShown: (line: LogLine) => boolean): AsyncGenerator<LogLine> {
  for await (const line of lines) if (isShown(line)) yield line;
}

/** The last so many; all of them at once, where all are wanted. */
async function* lastOf(lines: AsyncIterable<LogLine>, most: number): AsyncGenerator<LogLine> {
  const kept: LogLine[] = [];
  for await (const line of lines) {
    if (!Number.isFinite(most)) yield line;
    else if (kept.push(line) > most) kept.shift();
  }
  yield* kept;
}

/** Prints lines; with the name of the Pod for people, once there is more than one. */
class Printer {
  readonly #invocation: ShowInvocation;
  readonly #pods: Set<string>;
  hasPrinted = false;

  constructor(invocation: ShowInvocation, pods: readonly Pod[]) {
    this.#invocation = invocation;
    this.#pods = new Set(pods.map(({ metadata }) => metadata.name));
  }

  print(line: LogLine): void {
    const { stdout, style, output } = this.#invocation;
    this.#pods.add(line.pod);
    this.hasPrinted = true;
    const format: LogFormat = output.format === 'json' || output.format === 'raw' ? output.format : 'default';
    stdout.write(formatLine(line, format, style, this.#pods.size > 1));
  }
}
