import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SwappedFolder } from '../../../sidecar/neighbours/swapped-folder.ts';
import { until } from '../../cluster/until.ts';
import { memoryFolder } from './memory-folder.ts';

const CHILD = fileURLToPath(new URL('swapping-child.ts', import.meta.url));
const KILLS = process.env['FAULTS'] === 'all' ? 40 : 8;
const NAMES = ['tls.crt', 'tls.key'];

/** What one reads who resolves `..data` once; undefined where the set went away meanwhile, which says so by its files. */
function readSet(folder: string): readonly string[] | undefined {
  try {
    const set = join(folder, readlinkSync(join(folder, '..data')));
    return NAMES.map((name) => readFileSync(join(set, name), 'utf8'));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOENT');
    return undefined;
  }
}

const numbersOf = (texts: readonly string[]) => new Set(texts.map((text) => / (\d+)$/.exec(text)?.[1]));

test(`G5, P24: killed ${KILLS} times while it swaps, it leaves a whole set each time, readers see no other, and the next process tidies up`, async (t) => {
  const folder = memoryFolder(t);
  let reads = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const child = spawn(process.execPath, [CHILD, folder, String(kill * 1_000_000)], { stdio: 'inherit' });
    t.after(() => child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    const begun = readSet(folder)?.[0];
    await until('it swaps', () => Promise.resolve(readSet(folder)?.[0] !== begun));
    const readsBefore = reads;
    // How far it is by then is another matter each time.
    await until('it was read while it swapped', () => {
      for (let more = 0; more < 100 + kill * 7; more += 1) {
        const texts = readSet(folder);
        if (texts === undefined) continue;
        reads += 1;
        assert.equal(numbersOf(texts).size, 1, `a set of two halves: ${texts.join()}`);
      }
      return Promise.resolve(reads > readsBefore);
    });
    child.kill('SIGKILL');
    await ended;
    const left = readSet(folder);
    assert.ok(left, 'the last set is there');
    assert.equal(numbersOf(left).size, 1);
  }
  const folderNow = new SwappedFolder(folder, 0o440);
  const before = folderNow.read(NAMES);
  folderNow.tidy();
  assert.deepEqual(folderNow.read(NAMES), before);
  assert.equal(readdirSync(folder).length, 4, readdirSync(folder).join());
  t.diagnostic(`${reads} reads, ${KILLS} kills`);
});
