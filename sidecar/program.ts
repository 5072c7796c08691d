import { runAsProcess } from './as-process.ts';
import { runSidecar } from './sidecar.ts';

/** The sidecar as this process: keeps one connection until `stop`, and sets the exit code. A defect stops it, too. */
export function runProgram(stop: AbortController): Promise<void> {
  return runAsProcess(stop, runSidecar);
}
