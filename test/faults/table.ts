import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { ROW_IDS, ROWS, type RowId, rowsOfName, whyNot } from './rows.ts';

/**
 * `npm run test:faults`: runs every test file that names a row of the fault matrix, and prints what became of each row.
 * With `-- LOG…` nothing is run: the table is that of runs whose output (of the runner's spec reporter) these files hold.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A plain test by its name, or one of row(). */
const NAMES_A_ROW = /['"`](?:[A-Z]\d+)(?:, ?[A-Z]\d+)*: |\brow\(/;
/** Every point that a process can die at takes minutes on a busy machine. */
const TIMEOUT_MS = 1_800_000;

interface Tally {
  passed: number;
  failed: number;
  /** The run says why, each time. */
  skipped: number;
}

/** Some of these make the names of their tests. */
const isOfMatrix = (file: string) => file.startsWith('test/faults/');

const files = globSync('test/**/*.test.ts', { cwd: ROOT })
  .filter((file) => isOfMatrix(file) || NAMES_A_ROW.test(readFileSync(join(ROOT, file), 'utf8')))
  .map((file) => join(ROOT, file));
const tallies = new Map<RowId, Tally>(ROW_IDS.map((id) => [id, { passed: 0, failed: 0, skipped: 0 }]));
let hasFailed = false;

function count(name: string, key: keyof Tally): void {
  if (key === 'failed') hasFailed = true;
  for (const id of rowsOfName(name)) {
    const tally = tallies.get(id);
    if (tally) tally[key] += 1;
  }
}

function resultOf(id: RowId): string {
  const { passed = 0, failed = 0, skipped = 0 } = tallies.get(id) ?? {};
  if (failed > 0) return `FAILED (${failed} of ${passed + failed})`;
  if (passed > 0) return `${passed} passed`;
  if (skipped > 0) return `skipped (${skipped}); the run says why`;
  const why = whyNot(id);
  return why === undefined ? 'NO TEST RAN' : `not here: ${why}`;
}

const MARKS: Readonly<Record<string, keyof Tally>> = { '✔': 'passed', '✖': 'failed', '﹣': 'skipped' };

/** A line of the spec reporter; what it lists again at its end, as failed, is counted already. */
function countLog(text: string): void {
  const [told = ''] = text.split(/^✖ failing tests:$/m);
  for (const [, mark = '', name = ''] of told.matchAll(/^ *([✔✖﹣]) (.*) \([\d.]+ms\)/gm)) {
    count(name, MARKS[mark] ?? 'failed');
  }
}

function print(): void {
  const lines = ROW_IDS.map((id) => `${id.padEnd(4)} ${ROWS[id].what.padEnd(76)} ${resultOf(id)}`);
  const isCovered = lines.every((line) => !/NO TEST RAN$/.test(line));
  process.stdout.write(`\n${lines.join('\n')}\n`);
  process.exitCode = hasFailed || !isCovered ? 1 : 0;
}

const logs = process.argv.slice(2);
if (logs.length > 0) {
  for (const log of logs) countLog(stripVTControlCharacters(readFileSync(log, 'utf8')));
  print();
} else {
  const stream = run({ files, timeout: TIMEOUT_MS, concurrency: 2 });
  stream.on('test:pass', ({ name, skip }) => count(name, skip === undefined || skip === false ? 'passed' : 'skipped'));
  stream.on('test:fail', ({ name }) => count(name, 'failed'));
  stream.on('end', print);
  stream.compose(new spec()).pipe(process.stdout, { end: false });
}
