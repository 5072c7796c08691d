import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A folder as an `emptyDir` in memory is one, where the machine has such a place; gone after the test. */
export function memoryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'compass-credentials-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
