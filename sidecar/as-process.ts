import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { systemClock } from '#common/clock.ts';
import { errorFields, jsonLog } from '#common/log.ts';
import { THIS_NODE } from './config/running-node.ts';
import { keepHeapSmall, stopOptimizing } from './heap.ts';
import type { Surroundings } from './surroundings.ts';

/** Runs as this process until `stop`, and sets the exit code. A defect stops it, too. */
export async function runAsProcess(
  stop: AbortController,
  run: (surroundings: Surroundings) => Promise<number>,
): Promise<void> {
  stopOptimizing();
  const write = (line: string) => process.stdout.write(line);
  // Whoever reads the log may go away; what is kept goes on, and a word about it would have nowhere to go either.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  // Node would print the error with all that hangs on it. What is under way is stored, and the kubelet starts a new process.
  process.on('uncaughtException', (error) => {
    jsonLog(write, 'error', systemClock.now).error('stopping: a defect of the program', errorFields(error));
    process.exitCode = 1;
    stop.abort();
  });
  const exitCode = await run({
    env: process.env,
    write,
    clock: systemClock,
    random: Math.random,
    stopping: stop.signal,
    node: THIS_NODE,
    // One store of roots for all credentials; of those with roots of their own each has a copy, of more than a megabyte.
    trust: (roots) => setDefaultCACertificates([...getCACertificates('default'), ...roots]),
    keepSmall: (isBusy, signal) => keepHeapSmall({ clock: systemClock, isBusy }, signal),
  });
  process.exitCode ||= exitCode;
}
