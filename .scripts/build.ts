import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

/** The repository's root. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

export type Program = 'plugin' | 'sidecar';

/** Some of the libraries are CommonJS and ask for Node's own modules by `require`, which an ES module lacks. */
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** What of yargs is used, its parser, needs nothing of this file of it, which would load all that the rest of yargs needs. */
const SLIM_YARGS: Plugin = {
  name: 'slim-yargs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/platform-shims\/esm\.mjs$/ }, ({ path }) => ({ path, namespace: 'left-out' }));
    onLoad({ filter: /./, namespace: 'left-out' }, () => ({ contents: 'export default {};' }));
  },
};

async function options(program: Program, folder: string): Promise<BuildOptions & { metafile: true }> {
  const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return {
    absWorkingDir: ROOT,
    entryPoints: [`${program}/main.ts`],
    outdir: join(folder, program),
    bundle: true,
    // the plugin starts for every command, and most of them need little of it
    splitting: program === 'plugin',
    platform: 'node',
    target: 'node26',
    format: 'esm',
    banner: { js: program === 'plugin' ? `#!/usr/bin/env node\n${REQUIRE}` : REQUIRE },
    define: { COMPASS_VERSION: JSON.stringify(manifest.version) },
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: program === 'plugin' ? [SLIM_YARGS] : [],
    legalComments: 'linked',
    metafile: true,
    logLevel: 'warning',
  };
}

/** Bundles one program into `<folder>/<program>/main.js`, with esbuild's metafile in `<folder>/meta/`, and returns that. */
export async function buildProgram(program: Program, folder: string): Promise<Metafile> {
  await rm(join(folder, program), { recursive: true, force: true });
  const { metafile } = await build(await options(program, folder));
  const metaPath = join(folder, 'meta', `${program}.json`);
  await mkdir(dirname(metaPath), { recursive: true });
  await writeFile(metaPath, JSON.stringify(metafile));
  // so that Node takes the bundle for what it is, wherever it is copied to
  await writeFile(join(folder, program, 'package.json'), '{"type":"module"}\n');
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
