import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { missingTools } from '../../.scripts/run-tool.ts';
import { fetchNode } from '../../krew/executable.ts';
import { readMachO } from '../../krew/macho/layout.ts';
import { verifySignature } from '../../krew/macho/verify.ts';
import { PLATFORMS } from '../../krew/platforms.ts';
import { temporaryFolder } from '../krew/temporary-folder.ts';
import { installAsKrew } from './krew-archives.ts';

/** CS_RUNTIME: hardened, as what Apple notarizes is; CS_ADHOC: signed by nobody. */
const [HARDENED, AD_HOC] = [0x10000, 0x2];

/** Found by Node in itself: whether there is a program in it. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:';

for (const platform of PLATFORMS.filter(({ os }) => os === 'darwin')) {
  test(`Apple's signature of Node for ${platform.arch} is accepted, and a change of any page found`, async () => {
    const node = await fetchNode(platform);
    const [directory] = verifySignature(node);
    assert.deepEqual([directory?.identifier, directory?.flags], ['node', HARDENED]);
    const end = readMachO(node).signature?.offset ?? 0;
    for (const at of [0x2000, Math.floor(end / 2), end - 1]) {
      const changed = Buffer.from(node);
      changed[at] = (changed[at] ?? 0) ^ 0x80;
      assert.throws(() => verifySignature(changed), new RegExp(`page ${Math.floor(at / 4096)} is not what was signed`));
    }
  });
}

test('the executable for darwin/arm64 has a whole signature, and the plugin in it', async (t) => {
  const { bin } = await installAsKrew(await temporaryFolder(t), 'darwin', 'arm64');
  const program = await readFile(join(bin, 'kubectl-compass'));
  const [directory, ...others] = verifySignature(program);
  assert.deepEqual(others, []);
  assert.deepEqual([directory?.identifier, directory?.flags], ['io.kyma-project.kubectl-compass', AD_HOC]);
  assert.ok(program.includes(`${FUSE}1`) && !program.includes(`${FUSE}0`));
});

test('the archive for darwin/amd64 has Node as Apple signed it', async (t) => {
  const { store } = await installAsKrew(await temporaryFolder(t), 'darwin', 'amd64');
  const node = await readFile(join(store, 'node'));
  verifySignature(node);
  const [platform] = PLATFORMS.filter(({ os, arch }) => os === 'darwin' && arch === 'amd64');
  assert.ok(platform && node.equals(await fetchNode(platform)));
});

test('the executable for windows/amd64 is one, has the plugin in it, and no signature that fits no more', async (t) => {
  const missing = await missingTools(['unzip']);
  if (missing.length > 0) return t.skip('this machine has no unzip');
  const { bin } = await installAsKrew(await temporaryFolder(t), 'windows', 'amd64');
  const program = await readFile(join(bin, 'kubectl-compass.exe'));
  const header = program.readUInt32LE(0x3c);
  assert.equal(program.toString('latin1', 0, 2) + program.toString('latin1', header, header + 4), 'MZPE\0\0');
  // PE32+, for x86-64: the certificate table is the fifth entry of the data directory, at 112 of the optional header
  assert.equal(program.readUInt16LE(header + 4), 0x8664);
  assert.equal(program.readUInt16LE(header + 24), 0x20b);
  const certificates = header + 24 + 112 + 4 * 8;
  assert.deepEqual([program.readUInt32LE(certificates), program.readUInt32LE(certificates + 4)], [0, 0]);
  assert.ok(program.includes(`${FUSE}1`) && !program.includes(`${FUSE}0`));
});
