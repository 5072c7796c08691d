import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { ROOT } from '../.scripts/build.ts';
import { LEAN_BUILTINS } from '../.scripts/lean-imports.ts';
import { MAIN } from './plugin-files.ts';

/**
 * The parts of a single executable application of Node (https://nodejs.org/docs/latest-v26.x/api/single-executable-applications.html)
 * that are the same on every platform: the main script, and the plugin's program and libraries as assets. Writes them into
 * `folder`, and returns the settings for `node --build-sea`, less the Node to build from and the file to build.
 */
export async function preparePlugin(files: ReadonlyMap<string, Buffer>, folder: string): Promise<object> {
  const assets = [...files].filter(([name]) => name !== MAIN && name !== 'package.json');
  for (const [name, content] of assets) {
    refuseOtherThanAscii(name, content);
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const digests = Object.fromEntries(assets.map(([name, content]) => [name, hash('sha256', content).slice(0, 32)]));
  await buildMain(join(folder, MAIN), digests);
  return {
    main: MAIN,
    assets: Object.fromEntries(assets.map(([name]) => [name, name])),
    disableExperimentalSEAWarning: true,
    // The code of a whole run is kept instead (plugin/code-cache.ts), and made here it would be this machine's.
    useCodeCache: false,
    // NODE_OPTIONS is for programs of which one knows that they are Node's; what this Node does not know would end it.
    execArgvExtension: 'none',
  };
}

async function buildMain(outfile: string, digests: Readonly<Record<string, string>>): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['plugin/launch-executable.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node26',
    format: 'cjs',
    minify: true,
    lineLimit: 160,
    define: { ASSET_DIGESTS: JSON.stringify(digests) },
    plugins: [LEAN_BUILTINS],
    logLevel: 'warning',
  });
}

/** Assets are read as what takes one byte a character. */
function refuseOtherThanAscii(name: string, content: Buffer): void {
  const at = content.findIndex((byte) => byte > 0x7f);
  if (at >= 0) throw new Error(`${name} is not ASCII: "${content.toString('utf8', at - 40, at + 10)}"`);
}

/** Builds the executable `output` from the Node `executable`, both in `folder`, with what was prepared there. */
export async function buildSingleExecutable(
  prepared: object,
  { folder, executable, output }: { folder: string; executable: string; output: string },
): Promise<void> {
  const settings = `${output}.json`;
  await writeFile(join(folder, settings), JSON.stringify({ ...prepared, executable, output }));
  await promisify(execFile)(process.execPath, ['--build-sea', settings], { cwd: folder });
}
