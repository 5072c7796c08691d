import { hash } from 'node:crypto';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { readManifests } from '../plugin/install/kustomization.ts';
import {
  apart,
  GLOBAL_APART,
  LEAN_BUILTINS,
  LEAN_GRAPHQL,
  LEAN_PROM,
  LEAN_YARGS,
  type Libraries,
  libraryEntry,
  seldom,
} from './lean-imports.ts';

/** The repository's root. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

export type Program = 'plugin' | 'sidecar';

/** Libraries are loaded by `require`, which an ES module lacks; an import statement would read all of Node's own module. */
const REQUIRE = "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);";

/** The plugin runs on a user's own Node, too: plugin/require-node.ts. */
const PLUGIN_TARGET = 'node22';

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node26',
  legalComments: 'linked',
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** The programs, which lie beside the file that loads one of them. */
const PROGRAM_APART: Plugin = {
  name: 'program-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/(?:reader-)?program\.ts$/ }, ({ path }) => ({
      path: path.replace(/ts$/, 'js'),
      external: true,
    }));
  },
};

async function version(): Promise<Record<string, string>> {
  const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return { COMPASS_VERSION: JSON.stringify(manifest.version) };
}

/** What `install` applies, as a text: it is read by those who install, and by nobody else. */
function manifests(): Record<string, string> {
  const text = JSON.stringify(readManifests(join(ROOT, 'sidecar/deploy')));
  return { COMPASS_MANIFESTS: JSON.stringify(text) };
}

/**
 * The sidecar stays: what it never runs must not lie in its memory, nor what it runs a few times a year before it does. So
 * libraries lie apart here, too, and all of our own code in `program.js`, which `main.js` loads: a module in the same file
 * that is imported late would be read twice. Names are kept as they are: the stacks that it logs are read by people. A reader
 * is a program of its own, `reader-program.js`.
 */
async function buildSidecar(folder: string): Promise<Metafile> {
  const libraries: Libraries = new Map();
  const own = {
    ...COMMON,
    outdir: folder,
    format: 'esm',
    minifySyntax: true,
    minifyWhitespace: true,
  } as const;
  const programs = await build({
    ...own,
    entryPoints: ['sidecar/program.ts', 'sidecar/reader-program.ts'],
    banner: { js: REQUIRE },
    define: await version(),
    plugins: [LEAN_BUILTINS, seldom(libraries), apart(libraries)],
  });
  const main = await build({ ...own, entryPoints: ['sidecar/main.ts'], plugins: [PROGRAM_APART] });
  const families = await buildLibraries(folder, libraries, COMMON.target);
  return merged([main.metafile, programs.metafile, ...families]);
}

/**
 * The plugin starts for every command, and most of them need little of it: `main.js` is small, `program.js` holds all of
 * our own code and runs what is used (one file is read quicker than its fifty parts), and each library lies in a file of
 * its own. CommonJS, since V8's code for a whole run can be kept of scripts only: see plugin/code-cache.ts.
 */
async function buildPlugin(folder: string): Promise<Metafile> {
  const define = { ...(await version()), ...manifests() };
  // The map is for us, to read the stack in a report by; nobody loads it. Node prints the line of an error, which is not
  // to be all of it.
  const own = {
    ...COMMON,
    target: PLUGIN_TARGET,
    outdir: folder,
    format: 'cjs',
    minify: true,
    lineLimit: 160,
    sourcemap: 'external',
  } as const;
  const libraries: Libraries = new Map();
  const program = await build({
    ...own,
    entryPoints: ['plugin/program.ts'],
    define,
    plugins: [LEAN_BUILTINS, apart(libraries)],
  });
  const digest = hash('sha256', await readFile(join(folder, 'program.js'))).slice(0, 32);
  const main = await build({
    ...own,
    // so that a Node of any age gets to the line that says that it is too old
    target: 'es2015',
    entryPoints: { main: 'plugin/launch.ts' },
    banner: { js: '#!/usr/bin/env node' },
    define: { PROGRAM_DIGEST: JSON.stringify(digest) },
    plugins: [LEAN_BUILTINS],
  });
  const families = await buildLibraries(folder, libraries, PLUGIN_TARGET);
  return merged([main.metafile, program.metafile, ...families]);
}

function buildLibraries(folder: string, libraries: Libraries, target: string): Promise<Metafile[]> {
  return Promise.all([...libraries].map(([family, specifiers]) => buildLibrary(folder, family, specifiers, target)));
}

async function buildLibrary(
  folder: string,
  family: string,
  specifiers: Iterable<string>,
  target: string,
): Promise<Metafile> {
  const { metafile } = await build({
    ...COMMON,
    target,
    stdin: { contents: libraryEntry(specifiers), resolveDir: ROOT, loader: 'js' },
    outfile: join(folder, 'libraries', `${family}.cjs`),
    format: 'cjs',
    minify: true,
    // the one thing that they ask of a module of the other kind
    define: { 'import.meta.url': '__filename' },
    inject: family === 'graphql' ? [join(ROOT, '.scripts/lean-headers.ts')] : [],
    plugins: [LEAN_BUILTINS, LEAN_YARGS, LEAN_GRAPHQL, LEAN_PROM, GLOBAL_APART],
  });
  return metafile;
}

function merged(metafiles: readonly Metafile[]): Metafile {
  return {
    inputs: Object.assign({}, ...metafiles.map(({ inputs }) => inputs)),
    outputs: Object.assign({}, ...metafiles.map(({ outputs }) => outputs)),
  };
}

/** Bundles one program into `<folder>/<program>/main.js`, with esbuild's metafile in `<folder>/meta/`, and returns that. */
export async function buildProgram(program: Program, folder: string): Promise<Metafile> {
  const target = join(folder, program);
  await rm(target, { recursive: true, force: true });
  const metafile = await (program === 'plugin' ? buildPlugin(target) : buildSidecar(target));
  const metaPath = join(folder, 'meta', `${program}.json`);
  await mkdir(dirname(metaPath), { recursive: true });
  await writeFile(metaPath, JSON.stringify(metafile));
  // so that Node takes the bundle for what it is, wherever it is copied to
  const type = program === 'plugin' ? 'commonjs' : 'module';
  await writeFile(join(target, 'package.json'), `${JSON.stringify({ type })}\n`);
  if (program === 'plugin') await chmod(join(target, 'main.js'), 0o755);
  return metafile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? join(ROOT, 'dist');
  for (const program of ['plugin', 'sidecar'] as const) {
    const { outputs } = await buildProgram(program, folder);
    const bytes = Object.values(outputs).reduce((sum, output) => sum + output.bytes, 0);
    process.stdout.write(`${relative('.', join(folder, program))}: ${Math.round(bytes / 1024)} KiB\n`);
  }
}
