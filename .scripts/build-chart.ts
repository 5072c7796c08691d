import { globSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { type ArchivedFile, writeArchive } from '../krew/archive.ts';
import { ROOT } from './build.ts';

const SOURCE = join(ROOT, 'sidecar/deploy/chart');

/**
 * Packs the chart as `helm package` does, but the same bytes each time, into `<folder>/chart/`, and resolves to the path of the
 * archive: `compass-sidecar-<version>.tgz`. Nothing is rendered or checked: that is for the tests.
 */
export async function buildChart(folder: string): Promise<string> {
  const { name, version } = load(await readFile(join(SOURCE, 'Chart.yaml'), 'utf8')) as Readonly<
    Record<string, string>
  >;
  const target = join(folder, 'chart');
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const archive = join(target, `${name}-${version}.tgz`);
  const paths = globSync('**/*.*', { cwd: SOURCE });
  const files = await Promise.all(paths.map((path) => archived(join(SOURCE, path), `${name}/${path}`)));
  await writeArchive(archive, [...files, await archived(join(ROOT, 'LICENSE'), `${name}/LICENSE`)]);
  return archive;
}

async function archived(file: string, path: string): Promise<ArchivedFile> {
  return { path, content: await readFile(file), isExecutable: false };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const archive = await buildChart(process.argv[2] ?? join(ROOT, 'dist'));
  process.stdout.write(`${relative('.', archive)}\n`);
}
