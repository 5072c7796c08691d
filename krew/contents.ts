import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { ROOT } from '../.scripts/build.ts';
import { carriedLibatomic } from '../.scripts/carried-libatomic.ts';
import { carriedNode } from '../.scripts/carried-node.ts';
import { thirdPartyLicences } from '../.scripts/licences.ts';
import type { ArchivedFile } from './archive.ts';
import { fetchNode, makeExecutable } from './executable.ts';
import { binOf, type Platform } from './platforms.ts';

/** Node 26 as npm has it wants this of GCC's libraries, and a bare Debian lacks it. */
const LIBATOMIC = 'libatomic.so.1';

/** The built plugin, and what is made of it for all platforms. */
export interface BuiltPlugin {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly metafile: Metafile;
  /** For the executables; see preparePlugin. */
  readonly prepared: object;
  /** Where they are made. */
  readonly folder: string;
}

/** All that lies in a platform's archive. */
export async function platformContents(platform: Platform, plugin: BuiltPlugin): Promise<ArchivedFile[]> {
  const { metafile, prepared, folder } = plugin;
  const node = await carriedNode();
  if (platform.form === 'node') {
    const licences = await licenceFiles(await thirdPartyLicences([metafile], [node]));
    return [...(await launchedFiles(plugin)), executable('node', await fetchNode(platform)), ...licences];
  }
  const made = executable(binOf(platform), await makeExecutable(platform, prepared, folder));
  if (platform.os !== 'linux') return [made, ...(await licenceFiles(await thirdPartyLicences([metafile], [node])))];
  const libatomic = await carriedLibatomic(platform.arch, join(folder, `debian-${platform.arch}`));
  const licences = await licenceFiles(await thirdPartyLicences([metafile], [node, libatomic.work]));
  return [made, other(LIBATOMIC, await readFile(libatomic.path)), ...licences];
}

/** All that lies in the archive for those who have a Node of their own. */
export async function bundleContents(plugin: BuiltPlugin): Promise<ArchivedFile[]> {
  const licences = await licenceFiles(await thirdPartyLicences([plugin.metafile]));
  return [...(await launchedFiles(plugin)), ...licences];
}

async function launchedFiles({ files }: BuiltPlugin): Promise<ArchivedFile[]> {
  const launcher = await readFile(join(ROOT, 'krew/launcher.sh'));
  const started = [...files].map(([path, content]) => other(`plugin/${path}`, content));
  return [executable('kubectl-compass', launcher), ...started];
}

async function licenceFiles(thirdParty: string): Promise<ArchivedFile[]> {
  const own = await readFile(join(ROOT, 'LICENSE'));
  return [other('LICENSE', own), other('THIRD_PARTY_LICENSES', Buffer.from(thirdParty))];
}

function executable(path: string, content: Buffer): ArchivedFile {
  return { path, content, isExecutable: true };
}

function other(path: string, content: Buffer): ArchivedFile {
  return { path, content, isExecutable: false };
}
