import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type ArchivedFile, writeArchive } from '../../krew/archive.ts';

const folder = await mkdtemp(join(tmpdir(), 'compass-archive-'));
after(() => rm(folder, { recursive: true }));

const FILES: readonly ArchivedFile[] = [
  { path: 'plugin/main.js', content: Buffer.from('run()\n'), isExecutable: false },
  { path: 'LICENSE', content: Buffer.from('free\n'.repeat(500)), isExecutable: false },
  { path: 'kubectl-compass', content: Buffer.from('#!/bin/sh\n'), isExecutable: true },
];

async function written(name: string, files: readonly ArchivedFile[]): Promise<Buffer> {
  await writeArchive(join(folder, name), files);
  return readFile(join(folder, name));
}

test('the same files give the same archive, in whatever order they come', async () => {
  for (const kind of ['tar.gz', 'zip']) {
    assert.deepEqual(await written(`a.${kind}`, FILES), await written(`b.${kind}`, FILES.toReversed()), kind);
  }
});

test('the same files give the same zip in another time zone', async () => {
  const here = await written('here.zip', FILES);
  const there = join(folder, 'there.zip');
  const code = `
    const { writeArchive } = await import(${JSON.stringify(import.meta.resolve('../../krew/archive.ts'))});
    const files = ${JSON.stringify(FILES.map((file) => ({ ...file, content: file.content.toString() })))};
    await writeArchive(${JSON.stringify(there)}, files.map((file) => ({ ...file, content: Buffer.from(file.content) })));
  `;
  for (const TZ of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
    execFileSync(process.execPath, ['--input-type=module', '--eval', code], { env: { ...process.env, TZ } });
    assert.deepEqual(await readFile(there), here, TZ);
  }
});

test('tar unpacks what was put in, and what is to be started can be', async () => {
  await written('unpacked.tar.gz', FILES);
  execFileSync('tar', ['-xzf', 'unpacked.tar.gz'], { cwd: folder });
  for (const { path, content, isExecutable } of FILES) {
    assert.deepEqual(await readFile(join(folder, path)), content);
    assert.equal(((await stat(join(folder, path))).mode & 0o111) !== 0, isExecutable, path);
  }
});

/** The st_mode of each entry, as the central directory of a zip has it (APPNOTE.TXT, 4.3.12): the upper half of what is at 38. */
function modesIn(zip: Buffer): Record<string, string> {
  const modes: Record<string, string> = {};
  for (let at = zip.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0; at = zip.indexOf('PK\x01\x02', at + 4, 'latin1')) {
    const name = zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28));
    modes[name] = zip.readUInt16LE(at + 40).toString(8);
  }
  return modes;
}

test('a zip says of what was put in that it is a file, and what is to be started', async () => {
  assert.deepEqual(modesIn(await written('modes.zip', FILES)), {
    LICENSE: '100644',
    'kubectl-compass': '100755',
    'plugin/main.js': '100644',
  });
});
