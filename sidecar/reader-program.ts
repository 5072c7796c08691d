import { runAsProcess } from './as-process.ts';
import { runReader } from './reader.ts';

/** The sidecar as a reader, as this process: a program of its own, without what keeps a connection. As `runProgram` else. */
export function runProgram(stop: AbortController): Promise<void> {
  return runAsProcess(stop, runReader);
}
