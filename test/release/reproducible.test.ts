import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '../krew/temporary-folder.ts';
import { findArtefact } from './artefacts.ts';

const BUILD = fileURLToPath(new URL('../../krew/build.ts', import.meta.url));

test('another build of the same sources gives the same archives, elsewhere and at another hour', async (t) => {
  const [target, cwd, TMPDIR] = [await temporaryFolder(t), await temporaryFolder(t), await temporaryFolder(t)];
  const env = { ...process.env, TZ: 'Pacific/Kiritimati', LANG: 'C', TMPDIR };
  await promisify(execFile)(process.execPath, [BUILD, '--target', join(target, 'krew')], { cwd, env });
  const [first, second] = [findArtefact('krew/SHA256SUMS'), join(target, 'krew/SHA256SUMS')];
  assert.equal(await readFile(second, 'utf8'), await readFile(first, 'utf8'));
});
