import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchPackage, lockedPackage, readFromPackage } from '../.scripts/locked-package.ts';
import { runTool } from '../.scripts/run-tool.ts';
import { signAdHoc } from './macho/sign.ts';
import { verifySignature } from './macho/verify.ts';
import type { Platform } from './platforms.ts';
import { buildSingleExecutable } from './single-executable.ts';

/** What macOS calls the program by. */
const IDENTIFIER = 'io.kyma-project.kubectl-compass';

/** The Node of a platform as its package has it, which has the hash that package-lock.json gives. */
export async function fetchNode({ nodePackage, nodeFile }: Platform): Promise<Buffer> {
  const tarball = await fetchPackage(await lockedPackage(nodePackage));
  return readFromPackage(tarball, `bin/${nodeFile}`);
}

/** Makes the platform's executable in `folder` with what was prepared there, and returns it. */
export async function makeExecutable(platform: Platform, prepared: object, folder: string): Promise<Buffer> {
  const node = `node-${platform.os}-${platform.arch}`;
  const output = `kubectl-compass-${platform.os}-${platform.arch}`;
  await writeFile(join(folder, node), await fetchNode(platform));
  await before(platform, node, folder);
  await buildSingleExecutable(prepared, { folder, executable: node, output });
  return after(platform, output, folder);
}

/** What has to be done to Node first: what is built cannot be stripped, and a signature that fits no more is in the way. */
async function before({ os }: Platform, node: string, folder: string): Promise<void> {
  if (os === 'linux') await runTool('llvm-strip', [node], { cwd: folder });
  if (os !== 'windows') return;
  const unsigned = `${node}.unsigned`;
  await runTool('osslsigncode', ['remove-signature', '-in', node, '-out', unsigned], { cwd: folder });
  await rename(join(folder, unsigned), join(folder, node));
}

/**
 * What has to be done to the executable: libatomic.so.1 is looked for beside it (patched before, it would not survive what
 * Node does to the file), and a program for Apple's own processors needs a signature.
 */
async function after({ os }: Platform, output: string, folder: string): Promise<Buffer> {
  const path = join(folder, output);
  if (os === 'linux') await runTool('patchelf', ['--set-rpath', '$ORIGIN', path]);
  if (os !== 'darwin') return readFile(path);
  const signed = signAdHoc(await readFile(path), IDENTIFIER);
  verifySignature(signed);
  return signed;
}
