import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import tar from 'tar-stream';
import { ROOT } from './build.ts';
import { readLock } from './lock-file.ts';

/** A tarball of npm's registry, known by its hash. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** As in package-lock.json: `sha512-` and Base64. */
  readonly integrity: string;
}

const CACHE = join(ROOT, 'node_modules/.cache/compass-packages');

/** A package by its entry in package-lock.json, whether or not npm installs it on this platform. */
export async function lockedPackage(name: string): Promise<PinnedPackage> {
  const { version, integrity } = (await readLock()).get(`node_modules/${name}`) ?? {};
  if (!version || !integrity) throw new Error(`package-lock.json has no version and integrity of ${name}`);
  return { name, version, integrity };
}

/**
 * The path of a package's tarball, fetched by npm from the registry that npm is set to, unless it was before. It is compared
 * with its hash each time.
 */
export async function fetchPackage({ name, version, integrity }: PinnedPackage): Promise<string> {
  const kept = join(CACHE, `${name.replace('/', '-')}-${version}.tgz`);
  if ((await integrityOf(kept)) === integrity) return kept;
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, 'fetching-'));
  try {
    const pack = ['pack', `${name}@${version}`, '--silent', '--ignore-scripts', '--pack-destination', folder];
    const { stdout } = await promisify(execFile)('npm', pack, { cwd: folder });
    const fetched = join(folder, stdout.trim());
    const found = await integrityOf(fetched);
    if (found !== integrity) throw new Error(`${name}@${version} of the registry has ${found}, and not ${integrity}`);
    await rename(fetched, kept);
  } finally {
    await rm(folder, { recursive: true });
  }
  return kept;
}

async function integrityOf(path: string): Promise<string | undefined> {
  try {
    return `sha512-${hash('sha512', await readFile(path), 'base64')}`;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** One file of a package, such as `bin/node`. @throws Error where it has none of that name, or is no package */
export async function readFromPackage(tarball: string, path: string): Promise<Buffer> {
  const entries = tar.extract();
  const [found] = await Promise.all([
    contentOf(entries, `package/${path}`),
    pipeline(createReadStream(tarball), createGunzip(), entries),
  ]);
  if (!found) throw new Error(`${tarball} has no ${path}`);
  return found;
}

/** Reads all of it, as whoever writes into it wants. */
async function contentOf(entries: tar.Extract, name: string): Promise<Buffer | undefined> {
  let found: Buffer | undefined;
  for await (const entry of entries) {
    if (entry.header.name === name) found = await buffer(entry);
    else entry.resume();
  }
  return found;
}
