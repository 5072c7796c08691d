import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { ROOT } from './build.ts';

/** A package of npm's of which some code lies in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As its package.json has it: an SPDX expression, or undefined if it names none. */
  readonly licence: string | undefined;
  /** Below the repository's root, such as `node_modules/tsyringe/node_modules/tslib`: its key in package-lock.json. */
  readonly place: string;
  /** Absolute. */
  readonly folder: string;
}

/** What esbuild says of our own stand-ins for modules has a namespace before a colon; these are no files. */
const PACKAGE_FOLDER = /^([^:]*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//;

/**
 * The packages whose code is in the outputs, sorted by name and place. Not those that esbuild only read: what it found unused
 * is in no file that anybody gets.
 */
export async function bundledPackages(metafiles: readonly Metafile[]): Promise<BundledPackage[]> {
  const used = metafiles
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap(({ inputs }) => Object.keys(inputs))
    .flatMap((path) => PACKAGE_FOLDER.exec(path)?.[1] ?? []);
  const packages = await Promise.all([...new Set(used)].map(readPackage));
  return packages.toSorted((a, b) => compare(a.name, b.name) || compare(a.place, b.place));
}

async function readPackage(path: string): Promise<BundledPackage> {
  const folder = join(ROOT, path);
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const { name, version, license } = manifest as { name: string; version: string; license?: unknown };
  const licence = typeof license === 'string' ? license : undefined;
  return { name, version, licence, place: path.slice(path.indexOf('node_modules/')), folder };
}

/** By code units: the same order on every machine, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
