import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './build.ts';
import type { LicensedWork } from './licences.ts';

const NODE_MODULES = join(ROOT, 'node_modules');

/**
 * The project's Node.js, for artefacts that carry one. Its licence names the licences of all that Node.js itself carries, and
 * is the same text on every platform; it comes from the package of this platform.
 */
export async function carriedNode(): Promise<LicensedWork> {
  const found = (await readdir(NODE_MODULES)).find((name) => /^node-(?:bin-)?(?:darwin|linux|win)-/.test(name));
  if (found === undefined)
    throw new Error("the project's Node is not installed; run: npm ci (without --omit=optional)");
  const folder = join(NODE_MODULES, found);
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  const text = await readFile(join(folder, 'LICENSE'), 'utf8');
  return { name: 'Node.js', version, licence: 'MIT', text };
}
