import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { missingTools } from '../../.scripts/run-tool.ts';
import { buildImage, TOOLS } from '../../sidecar/deploy/image/image.ts';

async function whatIsMissing(): Promise<string | undefined> {
  const missing = await missingTools(TOOLS);
  return missing.length > 0 ? `this machine lacks ${missing.join(', ')}` : undefined;
}

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-image-test-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

const SAME = {
  architecture: 'amd64',
  name: 'compass-sidecar:tried',
  labels: { 'org.opencontainers.image.version': 'tried' },
} as const;

test('two builds of the image give the same bytes', async (t) => {
  const reason = await whatIsMissing();
  if (reason) return t.skip(reason);
  const folder = await folderFor(t);
  const targets = ['one.tar', 'another.tar'].map((file) => join(folder, file));
  await Promise.all(targets.map((target) => buildImage({ ...SAME, target })));
  const [one, another] = await Promise.all(targets.map(async (target) => hash('sha256', await readFile(target))));
  assert.equal(one, another);
});

test('the image is built on another base that is named, and has its own layers on that', async (t) => {
  const reason = await whatIsMissing();
  if (reason) return t.skip(reason);
  const folder = await folderFor(t);
  const ours = join(folder, 'ours.tar');
  const first = await buildImage({ ...SAME, target: ours });
  // any image is a base: here the one that was just built
  const target = join(folder, 'on-ours.tar');
  const second = await buildImage({ ...SAME, target, base: `oci-archive:${ours}` });
  const [below, above] = [first.config.rootfs.diff_ids, second.config.rootfs.diff_ids];
  assert.equal(below.length, 3);
  assert.deepEqual(above.slice(0, 3), below);
  const [, ofNode] = below;
  assert.deepEqual([above.length, above[3]], [5, ofNode]);
  assert.equal(second.config.config.User, '65532:65532');
});
