import './require-node.ts';
import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { codeFile, codeFolder, loadProgram } from './code-cache.ts';

/** The main.js of the build, a CommonJS file: runs program.js, which lies beside it, as main.ts runs program.ts. */
declare const require: NodeJS.Require;
declare const __dirname: string;
/** Of program.js, put in by the build. */
declare const PROGRAM_DIGEST: string;

const folder = codeFolder(process.env);
let isKept = folder === undefined;

/** Libraries are loaded by few commands, as Node loads modules, and it keeps their code by itself. */
function requireLibrary(id: string): unknown {
  if (!isKept && folder !== undefined) enableCompileCache(join(folder, 'libraries'));
  isKept = true;
  return require(id);
}

const file = join(__dirname, 'program.js');
const program = loadProgram<typeof import('./program.ts')>({
  file,
  source: readFileSync(file, 'latin1'),
  digest: PROGRAM_DIGEST,
  keptIn: folder === undefined ? undefined : codeFile(folder, process.argv[2]),
  require: requireLibrary,
});

void program.exports.runProgram(process).then((code) => {
  program.keep();
  process.exit(code);
});
