import type { Clock } from '#common/clock.ts';
import type { RunningNode } from './config/running-node.ts';

/** What the program gets from the outside, and nothing else. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes one line of the log. */
  readonly write: (line: string) => void;
  readonly clock: Clock;
  readonly random: () => number;
  /** Set at SIGTERM. */
  readonly stopping: AbortSignal;
  /** How Node runs the process: where it is unsafe, nothing starts. */
  readonly node?: RunningNode;
  /** Keeps the heap small until `signal`, where the process is the sidecar's alone. */
  readonly keepSmall?: (isBusy: () => boolean, signal: AbortSignal) => Promise<void>;
  /** Makes the process trust further roots (PEM) wherever none are named, where the process is the sidecar's alone. */
  readonly trust?: (roots: readonly string[]) => void;
}
