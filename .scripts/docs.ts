import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { COMMANDS } from '../plugin/commands.ts';
import { commandIndex } from './docs/command-index.ts';
import { commandPage, pageOf } from './docs/command-page.ts';
import { exitCodesPage } from './docs/exit-codes.ts';
import { rightsPage } from './docs/rights.ts';

export const COMMAND_FOLDER = 'docs/commands';

const ROOT = new URL('../', import.meta.url);

/** Every page that is made from the code, by its path from the root. */
export async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  const pages = await Promise.all(
    COMMANDS.map(
      async (entry) => [`${COMMAND_FOLDER}/${pageOf(entry)}`, commandPage(entry, await entry.load())] as const,
    ),
  );
  return new Map([
    [`${COMMAND_FOLDER}/README.md`, commandIndex(COMMANDS)],
    ...pages,
    ['docs/exit-codes.md', exitCodesPage()],
    ['docs/rights.md', await rightsPage(new URL('sidecar/deploy/', ROOT))],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = new URL(`${COMMAND_FOLDER}/`, ROOT);
  await mkdir(folder, { recursive: true });
  const pages = await generatedPages();
  for (const name of await readdir(folder))
    if (!pages.has(`${COMMAND_FOLDER}/${name}`)) await rm(new URL(name, folder));
  for (const [path, text] of pages) await writeFile(new URL(path, ROOT), text);
}
