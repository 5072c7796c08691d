import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { type Architecture, type DebianPackage, debianPackages } from '../../../.scripts/debian-packages.ts';
import { settleModes } from '../../../.scripts/settle-modes.ts';

/** What Node links against, the texts of licences that their own refer to, and what tells scanners which Debian this is. */
const PACKAGES = ['base-files', 'gcc-12-base', 'libc6', 'libgcc-s1', 'libstdc++6'];

/** The files that are taken over: libraries, but no character sets, debuggers' helpers and documents. */
const KEPT = [
  /^(?:usr\/)?lib(?:64)?\/(?:[\w-]+-linux-gnu\/)?[^/]+\.so(?:\.[^/]+)?$/,
  /^usr\/share\/common-licenses\//,
  /^usr\/share\/doc\/[^/]+(?:\/copyright)?$/,
  /^(?:etc|usr\/lib)\/os-release$/,
  /^etc\/debian_version$/,
];

const NOBODY = 65_532;

/** Written here: the package that has them in Debian makes them by scripts. As distroless has them. */
const WRITTEN: Readonly<Record<string, string>> = {
  'etc/passwd': `root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:${NOBODY}:${NOBODY}:nonroot:/home/nonroot:/sbin/nologin\n`,
  'etc/group': `root:x:0:\nnonroot:x:${NOBODY}:\n`,
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};

/**
 * Lays out the root of a base image in `folder`: what distroless' cc has, without OpenSSL, CAs and time zones, all of which Node
 * carries itself. What is in it stands where scanners look for it, one file a package, as in distroless.
 */
export async function layBase(architecture: Architecture, folder: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'compass-image-base-'));
  try {
    for (const found of await debianPackages(architecture, PACKAGES, work)) await takeOver(found, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  for (const [path, text] of Object.entries(WRITTEN)) await write(join(folder, path), text);
  await mkdir(join(folder, 'home/nonroot'), { recursive: true });
  await mkdir(join(folder, 'tmp'));
  // the loader, which the kernel runs for every program that has shared libraries
  await settleModes(folder, (name) => name.startsWith('ld-linux'));
  await chmod(join(folder, 'tmp'), 0o1777);
}

async function takeOver(found: DebianPackage, folder: string): Promise<void> {
  for (const entry of await readdir(found.folder, { recursive: true, withFileTypes: true })) {
    const source = join(entry.parentPath, entry.name);
    const path = relative(found.folder, source);
    if (entry.isDirectory() || !KEPT.some((pattern) => pattern.test(path))) continue;
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    if (entry.isSymbolicLink()) await cp(source, target, { verbatimSymlinks: true });
    else await copyFile(source, target);
  }
  await write(join(folder, 'var/lib/dpkg/status.d', found.name), found.control);
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
