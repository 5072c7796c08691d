import { fileURLToPath } from 'node:url';
import type { Summary } from './neighbour.ts';
import type { RunningPod } from './pods/running-pod.ts';

const PROGRAM = fileURLToPath(new URL('neighbour.ts', import.meta.url));

/** The image of test/kubelet/neighbour.ts, for the kubelet's images; see there for its environment. */
export const NEIGHBOUR_IMAGES = { neighbour: [process.execPath, PROGRAM] } as const;

export interface NeighbourNews {
  /** Its last summary; undefined before the first. */
  readonly summary: Summary | undefined;
  /** Every call that failed, as it printed it. */
  readonly failures: readonly string[];
}

/** What the sample neighbour has printed, which runs in a container of a Pod. */
export function newsOf(pod: RunningPod, container = 'neighbour'): NeighbourNews {
  const lines = pod.lines(container).filter((line) => line.startsWith('{'));
  const last = lines.findLast((line) => line.startsWith('{"summary"'));
  return {
    summary: last === undefined ? undefined : (JSON.parse(last) as { summary: Summary }).summary,
    failures: lines.filter((line) => line.startsWith('{"failed"')),
  };
}
