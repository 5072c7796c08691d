import { parentPort, workerData } from 'node:worker_threads';
import { runWholeHistories } from './whole-run.ts';

/** Plays whole histories beside the others: see main.ts. */
const { from, count }: { from: number; count: number } = workerData;
parentPort?.postMessage(await runWholeHistories(from, count));
