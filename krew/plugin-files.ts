import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The file of the built plugin that starts it where there is a Node. */
export const MAIN = 'main.js';

/**
 * What runs of the built plugin, by its path in `folder`: main.js, program.js, the libraries, and the package.json that tells
 * Node what they are. Not the source maps, nor the notices, which lie with the licences.
 */
export async function pluginFiles(folder: string): Promise<Map<string, Buffer>> {
  const names = await readdir(folder, { recursive: true });
  const run = names.filter((name) => /(?:\.c?js|^package\.json)$/.test(name)).toSorted();
  return new Map(await Promise.all(run.map(async (name) => [name, await readFile(join(folder, name))] as const)));
}
