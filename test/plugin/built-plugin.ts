import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from '../../.scripts/build.ts';

let built: Promise<string> | undefined;

/** The main.js of the plugin as users have it, built once in this process and gone with it. */
export function builtPlugin(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'compass-built-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await buildProgram('plugin', folder);
  return join(folder, 'plugin', 'main.js');
}
