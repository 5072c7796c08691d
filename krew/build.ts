import { hash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildProgram, ROOT } from '../.scripts/build.ts';
import { carriedNode } from '../.scripts/carried-node.ts';
import { type ArchivedFile, writeArchive } from './archive.ts';
import { bundleContents, platformContents } from './contents.ts';
import { type Release, type ReleasedArchive, renderManifest } from './manifest.ts';
import { releaseNotes } from './notes.ts';
import { archiveName, bundleName, PLATFORMS } from './platforms.ts';
import { pluginFiles } from './plugin-files.ts';
import { archivesAt, homepageOf, type ProjectPlace } from './release-place.ts';
import { preparePlugin } from './single-executable.ts';
import { lackOfTools } from './tools.ts';

interface Project extends ProjectPlace {
  readonly version: string;
}

/** An archive as it was written. */
interface WrittenArchive {
  readonly name: string;
  readonly sha256: string;
}

/** Writes all that a release has for krew into `target`. `urlBase` is where its archives will be found. */
export async function buildKrew(target: string, urlBase?: string): Promise<void> {
  const project = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as Project;
  const { version } = project;
  const place = archivesAt(project, version, urlBase);
  await mkdir(target, { recursive: true });
  // Another version's archives are not to be taken for this one's.
  const others = (await readdir(target)).filter((name) => name.startsWith('kubectl-compass_v'));
  for (const name of others) await rm(join(target, name));
  const work = await mkdtemp(join(tmpdir(), 'compass-krew-'));
  try {
    const metafile = await buildProgram('plugin', work);
    const files = await pluginFiles(join(work, 'plugin'));
    const plugin = { files, metafile, prepared: await preparePlugin(files, work), folder: work };
    const bundle = await write(target, bundleName(version), await bundleContents(plugin));
    const archives: (WrittenArchive & ReleasedArchive)[] = [];
    for (const platform of PLATFORMS) {
      const name = archiveName(version, platform);
      const written = await write(target, name, await platformContents(platform, plugin));
      archives.push({ ...written, platform, uri: place === undefined ? name : `${place}/${name}` });
    }
    await writeTexts(target, { version, homepage: homepageOf(project), archives }, [bundle, ...archives], place);
  } finally {
    await rm(work, { recursive: true });
  }
}

async function write(target: string, name: string, contents: readonly ArchivedFile[]): Promise<WrittenArchive> {
  const path = join(target, name);
  await writeArchive(path, contents);
  const written = await readFile(path);
  process.stdout.write(`${relative('.', path)}: ${(written.length / 1e6).toFixed(1)} MB\n`);
  return { name, sha256: hash('sha256', written) };
}

async function writeTexts(
  target: string,
  release: Release,
  archives: readonly WrittenArchive[],
  place: string | undefined,
): Promise<void> {
  const template = await readFile(join(ROOT, 'krew/compass.yaml'), 'utf8');
  await writeFile(join(target, 'compass.yaml'), renderManifest(template, release));
  const sums = archives.map(({ name, sha256 }) => `${sha256}  ${name}\n`);
  await writeFile(join(target, 'SHA256SUMS'), sums.join(''));
  const { version: nodeVersion } = await carriedNode();
  await writeFile(join(target, 'NOTES.md'), releaseNotes({ version: release.version, nodeVersion, archivesAt: place }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { target: { type: 'string' }, 'url-base': { type: 'string' } } });
  const lack = await lackOfTools();
  // The other parts of `npm run build` go on: what cannot be made here is said.
  if (lack !== undefined) process.stderr.write(`no archives for krew are built: ${lack}\n`);
  else await buildKrew(values.target ?? join(ROOT, 'dist/krew'), values['url-base']);
}
