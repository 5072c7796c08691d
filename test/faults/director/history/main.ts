import { once } from 'node:events';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { runHistories } from './run.ts';

/** Of so many histories one is played against whole synchronizations, which take twenty times as long. */
const OF_WHOLE = 16;

/** `npm run test:histories`: a hundred thousand histories, or `-- COUNT FROM`, so that a seed can be played once more. */
const [count = 100_000, from = Math.floor(Math.random() * 2 ** 31)] = process.argv.slice(2).map(Number);
const startMs = performance.now();
const wholeCount = Math.ceil(count / OF_WHOLE);
process.stdout.write(`${count} histories and ${wholeCount} whole ones from seed ${from} on\n`);
const worker = new Worker(new URL('whole-main.ts', import.meta.url), { workerData: { from, count: wholeCount } });
const whole = once(worker, 'message');
const result = await runHistories(from, count);
const [wholeResult] = await whole;
const seconds = Math.round((performance.now() - startMs) / 1_000);
process.stdout.write(`${JSON.stringify(result)}\nwhole: ${JSON.stringify(wholeResult)}, ${seconds} s\n`);
