import process from 'node:process';
import { runHistories } from './run.ts';

/** `npm run test:histories`: a hundred thousand histories, or `-- COUNT FROM`, so that a seed can be played once more. */
const [count = 100_000, from = Math.floor(Math.random() * 2 ** 31)] = process.argv.slice(2).map(Number);
const startMs = performance.now();
process.stdout.write(`${count} histories from seed ${from} on\n`);
const result = await runHistories(from, count);
process.stdout.write(`${JSON.stringify(result)}, ${Math.round((performance.now() - startMs) / 1_000)} s\n`);
