import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { missingTools } from '../../.scripts/run-tool.ts';
import { buildImage, TOOLS } from '../../sidecar/deploy/image/image.ts';
import { temporaryFolder } from '../krew/temporary-folder.ts';
import { findArtefact } from './artefacts.ts';
import { readImage } from './image-archive.ts';

test('the image is built on another base that is named, and has its own layers on that', async (t) => {
  const missing = await missingTools(TOOLS);
  if (missing.length > 0) return t.skip(`this machine lacks ${missing.join(', ')}`);
  // any image is a base: here that of dist/
  const ours = findArtefact('image/compass-sidecar_*_linux_amd64.tar');
  const { diff_ids: below } = (await readImage(t, ours)).config.rootfs;
  const { config } = await buildImage({
    architecture: 'amd64',
    name: 'compass-sidecar:tried',
    target: join(await temporaryFolder(t), 'on-ours.tar'),
    labels: { 'org.opencontainers.image.version': 'tried' },
    base: `oci-archive:${ours}`,
  });
  const { diff_ids: above } = config.rootfs;
  assert.equal(below.length, 3);
  assert.deepEqual(above.slice(0, 3), below);
  assert.deepEqual([above.length, above[3]], [5, below[1]]);
  assert.equal(config.config.User, '65532:65532');
});
