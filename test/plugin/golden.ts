import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';

/** Compares a screen with the file that holds it; `UPDATE_GOLDEN=1` writes the file instead, to be looked at before it is kept. */
export async function assertGolden(file: URL, actual: string): Promise<void> {
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(file, actual);
  assert.equal(actual, await readFile(file, 'utf8'));
}
