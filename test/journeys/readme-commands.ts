import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { builtPlugin } from '../plugin/built-plugin.ts';
import { readFromRoot } from '../repository/tracked-files.ts';

/** The commands under one heading of a document, as they stand there, whichever of its blocks they are in. */
export async function commandsOf(document: string, heading: string): Promise<string[]> {
  const [, after = ''] = (await readFromRoot(document)).split(`${heading}\n`);
  const [text = ''] = after.split('\n## ');
  const blocks = [...text.matchAll(/```sh\n([^`]*)```/g)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.startsWith('kubectl ')),
  );
}

/** A reader of the README: an empty folder, and kubectl with the plugin on the PATH. */
export interface Reader {
  readonly folder: string;
  /** Puts a file into the folder. */
  write(name: string, text: string): Promise<void>;
  /** Runs one line in the folder, by sh. Rejects where it fails, with what it printed. */
  run(command: string): Promise<{ readonly stdout: string; readonly stderr: string }>;
}

export async function startReader(t: TestContext, env: Readonly<Record<string, string>>): Promise<Reader> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-readme-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await writeFile(
    join(bin, 'kubectl-compass'),
    `#!/bin/sh\nexec '${process.execPath}' '${await builtPlugin()}' "$@"\n`,
  );
  await chmod(join(bin, 'kubectl-compass'), 0o755);
  const PATH = [bin, process.env['PATH']].join(delimiter);
  return {
    folder,
    write: (name, text) => writeFile(join(folder, name), text),
    run: (command) => promisify(execFile)('sh', ['-ec', command], { cwd: folder, env: { PATH, HOME: folder, ...env } }),
  };
}
