import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Version } from '@cyclonedx/cyclonedx-library/Spec';
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation';
import { DIST, findArtefact } from './artefacts.ts';

const read = (path: string) => readFile(join(DIST, path), 'utf8');

test('every SBOM of the build keeps to the schema of CycloneDX 1.6', async () => {
  findArtefact('sbom/kubectl-compass_v*_source.cdx.json');
  const validator = new JsonStrictValidator(Version.v1dot6);
  for (const path of globSync('sbom/*', { cwd: DIST })) {
    assert.match(path, /\.cdx\.json$/);
    assert.equal(await validator.validate(await read(path)), null, path);
  }
});

test('every archive for krew and every image has its SBOM', () => {
  const artefacts = globSync(['krew/*.{tar.gz,zip}', 'image/*.tar'], { cwd: DIST });
  const documents = artefacts.map((path) =>
    path.replace(/^\w+/, 'sbom').replace(/\.(?:tar\.gz|tar|zip)$/, '.cdx.json'),
  );
  assert.ok(documents.length > 0, 'run: npm run build');
  assert.deepEqual(
    documents.filter((path) => globSync(path, { cwd: DIST }).length === 0),
    [],
  );
});

test('the SBOM of an image has its Node, its libraries of Debian and what is bundled', async (t) => {
  const images = globSync('sbom/compass-sidecar_*.cdx.json', { cwd: DIST });
  if (images.length === 0) return t.skip('no image was built on this machine');
  for (const path of images) {
    const text = await read(path);
    for (const purl of ['npm/node-linux-', 'deb/debian/libc6@', 'deb/debian/libatomic1@', 'npm/prom-client@']) {
      assert.ok(text.includes(`"purl": "pkg:${purl}`), `${path}: ${purl}`);
    }
  }
});
