import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import { ROOT } from './build.ts';
import { type BundledPackage, bundledPackages } from './bundled-packages.ts';
import { carriedNode } from './carried-node.ts';

/** What may be handed on in a program under Apache-2.0, by SPDX identifier. Another one is somebody's decision, made here. */
export const ALLOWED_LICENCES: readonly string[] = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** A work of others in an artefact, and all that has to go with it. */
export interface LicensedWork {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  readonly text: string;
}

/** Names of files at a package's root that hold what has to be handed on with its code. */
const LICENCE_FILE = /^(?:licen[cs]e|copying|notice|copyright|third-?party)/i;

/** @throws Error where a package gives no licence, no text of it, or one that is not in ALLOWED_LICENCES */
export async function licensedWork({ name, version, licence, folder }: BundledPackage): Promise<LicensedWork> {
  const what = `${name} ${version}, which is bundled,`;
  if (licence === undefined) throw new Error(`${what} names no licence in its package.json: do without it`);
  if (!ALLOWED_LICENCES.includes(licence)) {
    throw new Error(`${what} is under ${licence}: do without it, or add that to ALLOWED_LICENCES`);
  }
  const files = (await readdir(folder)).filter((file) => LICENCE_FILE.test(file)).toSorted();
  if (files.length === 0)
    throw new Error(`${what} has no text of its licence (${licence}) in ${relative(ROOT, folder)}`);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return { name, version, licence, text: texts.map(normalized).join('\n\n') };
}

/** Of the packages in the bundles that the metafiles describe, and of what else an artefact carries, as one text. */
export async function thirdPartyLicences(
  metafiles: readonly Metafile[],
  carried: readonly LicensedWork[] = [],
): Promise<string> {
  const bundled = await Promise.all((await bundledPackages(metafiles)).map(licensedWork));
  const works = [...carried, ...bundled];
  const listed = works.map(({ name, version, licence }) => `  ${name} ${version} (${licence})`);
  const opening = ['kubectl-compass carries these works of others, each under its own licence:', '', ...listed].join(
    '\n',
  );
  const rule = '='.repeat(100);
  const sections = works.map(
    ({ name, version, licence, text }) => `${rule}\n${name} ${version} (${licence})\n${rule}\n\n${normalized(text)}\n`,
  );
  return [`${opening}\n`, ...sections].join('\n');
}

/** One kind of line end, and none of the blank lines around it. */
function normalized(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .replace(/^\n+|\n+$/g, '');
}

/**
 * Writes `<folder>/licences/THIRD_PARTY_LICENSES.<artefact>` from the metafiles of a build in that folder, where the artefact
 * is `plugin` or `sidecar`, and `plugin-with-node` or `sidecar-with-node` where Node.js is carried as well.
 */
export async function writeLicences(folder: string): Promise<string[]> {
  const node = await carriedNode();
  const paths = ['plugin', 'sidecar'].map(async (program) => {
    const metafile = JSON.parse(await readFile(join(folder, 'meta', `${program}.json`), 'utf8')) as Metafile;
    const target = join(folder, 'licences', `THIRD_PARTY_LICENSES.${program}`);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, await thirdPartyLicences([metafile]));
    await writeFile(`${target}-with-node`, await thirdPartyLicences([metafile], [node]));
    return [target, `${target}-with-node`];
  });
  return (await Promise.all(paths)).flat();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? join(ROOT, 'dist');
  for (const path of await writeLicences(folder)) process.stdout.write(`${relative('.', path)}\n`);
}
