import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { imagePackages } from '../../.scripts/sbom/image-packages.ts';

const run = promisify(execFile);

type Files = Readonly<Record<string, string>>;

async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

/** An image of the OCI image layout with a layer for each of these sets of files, as an archive. */
async function archiveOf(t: TestContext, layers: readonly Files[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-image-packages-'));
  t.after(() => rm(folder, { recursive: true }));
  const blob = async (content: Buffer | string) => {
    const digest = hash('sha256', content);
    await mkdir(join(folder, 'image/blobs/sha256'), { recursive: true });
    await writeFile(join(folder, 'image/blobs/sha256', digest), content);
    return { digest: `sha256:${digest}`, size: content.length };
  };
  const described = [];
  for (const [index, files] of layers.entries()) {
    const root = join(folder, `layer-${index}`);
    await writeFiles(root, files);
    await run('tar', ['-czf', `${root}.tar.gz`, '-C', root, '.']);
    described.push(await blob(await readFile(`${root}.tar.gz`)));
  }
  const manifest = { config: await blob('{}'), layers: described };
  const index = { manifests: [await blob(JSON.stringify(manifest))] };
  await writeFiles(join(folder, 'image'), { 'index.json': JSON.stringify(index) });
  await run('tar', ['-cf', join(folder, 'image.tar'), '-C', join(folder, 'image'), '.']);
  return join(folder, 'image.tar');
}

test('what an image has of Debian is read from where distroless says it, of all layers', async (t) => {
  const archive = await archiveOf(t, [
    {
      'var/lib/dpkg/status.d/libc6': 'Package: libc6\nVersion: 2.36-9+deb12u10\nArchitecture: amd64\nDescription: C\n',
      'var/lib/dpkg/status.d/libc6.md5sums': '00  usr/lib/libc.so.6\n',
    },
    { 'usr/bin/node': 'Package: no' },
    { 'var/lib/dpkg/status.d/base-files': 'Package: base-files\nArchitecture: all\nVersion: 12.4\n' },
  ]);
  assert.deepEqual(await imagePackages(archive), [
    { name: 'libc6', version: '2.36-9+deb12u10', architecture: 'amd64' },
    { name: 'base-files', version: '12.4', architecture: 'all' },
  ]);
});

test('a status file that names no version is no package that can be looked up', async (t) => {
  const archive = await archiveOf(t, [{ 'var/lib/dpkg/status.d/libc6': 'Package: libc6\n' }]);
  await assert.rejects(
    imagePackages(archive),
    /status\.d\/libc6 in the image names no package, version and architecture/,
  );
});
