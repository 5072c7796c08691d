import { dirname, join } from 'node:path';
import { getRawAsset } from 'node:sea';
import { codeFile, codeFolder, type LoadedProgram, loadProgram } from './code-cache.ts';

/**
 * The main of an executable that is all of the plugin (a single executable application of Node): program.js and the libraries
 * are assets of it, and run as launch.ts runs the files. Node's compile cache knows nothing of assets, so the code of a
 * library is kept as that of the program is.
 */
declare const ASSET_DIGESTS: Readonly<Record<string, string>>;

const folder = codeFolder(process.env);
const loaded = new Map<string, LoadedProgram<unknown>>();

function load(name: string, keptIn: string | undefined): LoadedProgram<unknown> {
  const digest = ASSET_DIGESTS[name];
  if (digest === undefined) throw new Error(`${name} is not in this executable`);
  const source = Buffer.from(getRawAsset(name)).toString('latin1');
  // There is no such file; yargs wants a whole path.
  const file = join(dirname(process.execPath), name);
  const program = loadProgram({ file, source, digest, keptIn, require: requireLibrary });
  loaded.set(name, program);
  return program;
}

/** Also for what a library requires if it is there, such as supports-color: it never is. */
function requireLibrary(id: string): unknown {
  const name = id.replace(/^\.\//, '');
  return (loaded.get(name) ?? load(name, folder && join(folder, name))).exports;
}

const keptIn = folder && codeFile(folder, process.argv[2]);
const { runProgram } = load('program.js', keptIn).exports as typeof import('./program.ts');

void runProgram(process).then((code) => {
  for (const program of loaded.values()) program.keep();
  process.exit(code);
});
