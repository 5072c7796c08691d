import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runTool } from '../../.scripts/run-tool.ts';
import { temporaryFolder } from '../krew/temporary-folder.ts';
import { readFromRoot } from '../repository/tracked-files.ts';
import { DIST, findArtefact } from './artefacts.ts';
import { readImage } from './image-archive.ts';
import { unpack } from './krew-archives.ts';

interface Sbom {
  readonly components: readonly {
    readonly group?: string;
    readonly name: string;
    readonly version: string;
    readonly purl: string;
  }[];
}

const LIBATOMIC = 'libatomic (GCC, by Debian)';

/** The works of others that an artefact's SBOM names, as its licences do; of Debian's packages libatomic alone, the rest has files of its own. */
async function worksInSbom(artefact: string): Promise<string[]> {
  const name = basename(artefact).replace(/\.(?:tar\.gz|tar|zip)$/, '');
  const { components } = JSON.parse(await readFile(findArtefact(`sbom/${name}.cdx.json`), 'utf8')) as Sbom;
  const named = components.flatMap(({ group, name: own, version, purl }) => {
    if (!purl.startsWith('pkg:deb/')) return [`${group === undefined ? own : `${group}/${own}`} ${version}`];
    return own === 'libatomic1' ? [`${LIBATOMIC} ${version}`] : [];
  });
  return named.toSorted();
}

/** The works that a THIRD_PARTY_LICENSES has a text of. */
function worksWithText(licences: string): string[] {
  const [, ...sections] = licences.split(/^={100}\n(?=.+\n={100}\n)/m);
  const works = sections.map((section) => {
    const [, work = '', text = ''] = /^(.+) \([^()]+\)\n={100}\n([\s\S]*)$/.exec(section) ?? [];
    assert.match(text, /copyright|licen[cs]e/i, work);
    return work;
  });
  return works.toSorted();
}

const ARCHIVES = globSync('krew/*.{tar.gz,zip}', { cwd: DIST }).toSorted();

test('every archive for krew has the licence of the project, and of all that its SBOM says is in it', async (t) => {
  assert.equal(ARCHIVES.length, 6, 'run: npm run build');
  for (const archive of ARCHIVES) {
    const folder = await temporaryFolder(t);
    await unpack(join(DIST, archive), folder);
    assert.equal(await readFile(join(folder, 'LICENSE'), 'utf8'), await readFromRoot('LICENSE'), archive);
    const thirdParty = await readFile(join(folder, 'THIRD_PARTY_LICENSES'), 'utf8');
    assert.deepEqual(worksWithText(thirdParty), await worksInSbom(archive), archive);
    assert.equal(thirdParty.includes('GCC RUNTIME LIBRARY EXCEPTION'), archive.includes('_linux_'), archive);
  }
});

test('the package for npm and the chart have the licence of the project', async (t) => {
  const folder = await temporaryFolder(t);
  for (const [pattern, inside] of [
    ['npm/kubectl-compass-*.tgz', 'package'],
    ['chart/*.tgz', 'compass-sidecar'],
  ] as const) {
    await unpackTar(findArtefact(pattern), folder);
    assert.equal(await readFile(join(folder, inside, 'LICENSE'), 'utf8'), await readFromRoot('LICENSE'), pattern);
  }
  const thirdParty = await readFile(join(folder, 'package/THIRD_PARTY_LICENSES'), 'utf8');
  const bundle = findArtefact('krew/kubectl-compass_*_node.tar.gz');
  assert.deepEqual(worksWithText(thirdParty), await worksInSbom(bundle));
});

for (const architecture of ['amd64', 'arm64']) {
  test(`the image for ${architecture} has the licences of what is in it, of Debian's as well`, async (t) => {
    const archive = findArtefact(`image/compass-sidecar_*_linux_${architecture}.tar`);
    const root = await rootOf(t, archive);
    const own = join(root, 'usr/share/doc/compass-sidecar');
    assert.equal(await readFile(join(own, 'LICENSE'), 'utf8'), await readFromRoot('LICENSE'));
    const thirdParty = await readFile(join(own, 'THIRD_PARTY_LICENSES'), 'utf8');
    assert.deepEqual(worksWithText(thirdParty), await worksInSbom(archive));
    // libatomic lies in a layer of ours, and its licence with ours
    const packages = (await readdir(join(root, 'var/lib/dpkg/status.d'))).filter((name) => name !== 'libatomic1');
    assert.ok(packages.includes('libc6'));
    for (const name of packages) {
      const text = await readFile(join(root, 'usr/share/doc', name, 'copyright'), 'utf8');
      // each text that it refers to
      for (const [, licence = ''] of text.matchAll(/\/usr\/share\/common-licenses\/([A-Z][\w.-]*\w)/g))
        assert.ok((await readFile(join(root, 'usr/share/common-licenses', licence))).length > 0, `${name}: ${licence}`);
    }
  });
}

/** The files of an image, all of its layers one over the other. */
async function rootOf(t: TestContext, archive: string): Promise<string> {
  const root = join(await temporaryFolder(t), 'root');
  await mkdir(root);
  for (const layer of (await readImage(t, archive)).layerFiles) await unpackTar(layer, root);
  return root;
}

async function unpackTar(archive: string, folder: string): Promise<void> {
  await runTool('tar', ['-xzf', archive, '-C', folder]);
}
