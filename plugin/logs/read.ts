import type { Cluster } from '#common/cluster/cluster.ts';
import { POD } from '#common/cluster/objects.ts';
import { objectPath, queryString } from '#common/cluster/paths.ts';
import { type LogLine, readStamped } from './line.ts';

/** One container whose log is read. */
export interface LogPlace {
  readonly pod: string;
  readonly namespace: string;
  readonly container: string | undefined;
}

/** Which part of a log: by its age or time, and no more than the last so many lines. */
export interface LogPart {
  readonly sinceSeconds?: number | undefined;
  /** RFC 3339, whole seconds. */
  readonly sinceTime?: string | undefined;
  readonly tailLines?: number | undefined;
  /** Of the container before it was started anew. */
  readonly previous?: boolean;
  readonly follow?: boolean;
}

/** A container's log, line by line. Throws what the API server says. */
export async function* readLog(
  cluster: Cluster,
  { pod, namespace, container }: LogPlace,
  part: LogPart,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const { sinceSeconds, sinceTime, tailLines, previous, follow } = part;
  const query = queryString({ container, timestamps: true, sinceSeconds, sinceTime, tailLines, previous, follow });
  const path = `${objectPath({ kind: POD, name: pod, namespace }, 'log')}${query}`;
  const subject = { verb: 'get', resource: 'pods/log', name: pod, namespace };
  for await (const line of cluster.lines(path, { signal, subject })) yield readStamped(pod, line);
}
