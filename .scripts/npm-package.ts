import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Metafile } from 'esbuild';
import { MAIN } from '../krew/plugin-files.ts';
import { ROOT } from './build.ts';
import { thirdPartyLicences } from './licences.ts';
import { settleModes } from './settle-modes.ts';

const run = promisify(execFile);

/** What the bundle runs on: plugin/require-node.ts says so to whoever has an older one. */
const NODE_RANGE = '^22.21 || >=24.5';

/** kubectl asks it for the words after `kubectl compass`; the program knows by its name what it is asked for. */
const COMPLETER = 'kubectl_complete-compass';

const PROGRAMS: readonly string[] = [MAIN, `${COMPLETER}.js`];

/**
 * Lays the package for npm in `<folder>/npm/package`, from the plugin as a build has put it into the same folder, and
 * resolves to that place. It is for running alone, so that it has no entry to import.
 */
export async function stageNpmPackage(folder: string): Promise<string> {
  const stage = join(folder, 'npm', 'package');
  await rm(stage, { recursive: true, force: true });
  await mkdir(stage, { recursive: true });
  const metafile = JSON.parse(await readFile(join(folder, 'meta', 'plugin.json'), 'utf8')) as Metafile;
  // the maps are for us, to read a stack by; and the package has a package.json of its own
  const isLeftOut = (path: string) => path.endsWith('.map') || path === join(folder, 'plugin', 'package.json');
  await cp(join(folder, 'plugin'), stage, { recursive: true, filter: (path) => !isLeftOut(path) });
  await writeFile(join(stage, `${COMPLETER}.js`), `#!/usr/bin/env node\nrequire('./${MAIN}');\n`);
  await writeFile(join(stage, 'package.json'), `${JSON.stringify(await packageManifest(), undefined, 2)}\n`);
  await writeFile(join(stage, 'THIRD_PARTY_LICENSES'), await thirdPartyLicences([metafile]));
  const readme = await readFile(join(ROOT, '.scripts/npm/README.md'), 'utf8');
  await writeFile(
    join(stage, 'README.md'),
    readme.replace('NODE_RANGE', NODE_RANGE.replace('^', '').replace(' || >=', ', ').concat(' or newer')),
  );
  await cp(join(ROOT, 'LICENSE'), join(stage, 'LICENSE'));
  await settleModes(stage, (name) => PROGRAMS.includes(name));
  return stage;
}

async function packageManifest(): Promise<Record<string, unknown>> {
  const { name, version, description, license, homepage, repository } = JSON.parse(
    await readFile(join(ROOT, 'package.json'), 'utf8'),
  ) as Readonly<Record<string, unknown>>;
  return {
    name,
    version,
    description,
    keywords: ['kubectl', 'kubectl-plugin', 'kubernetes', 'kyma', 'compass'],
    // said where the project is published; npm asks for the repository when a package comes with its provenance
    homepage,
    repository,
    license,
    type: 'commonjs',
    engines: { node: NODE_RANGE },
    bin: { 'kubectl-compass': MAIN, [COMPLETER]: `${COMPLETER}.js` },
    files: ['*.js', 'libraries', 'THIRD_PARTY_LICENSES'],
  };
}

/** Packs what was staged into `<folder>/npm/<name>-<version>.tgz`, by npm, which gives every file the same old time. */
export async function packNpmPackage(folder: string): Promise<string> {
  const target = join(folder, 'npm');
  const stage = await stageNpmPackage(folder);
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', target];
  const { stdout } = await run('npm', args, { cwd: stage });
  const [packed] = JSON.parse(stdout) as readonly { readonly filename: string }[];
  if (packed === undefined) throw new Error(`npm pack made no package of ${stage}: ${stdout}`);
  return join(target, packed.filename);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = await packNpmPackage(process.argv[2] ?? join(ROOT, 'dist'));
  process.stdout.write(`${relative('.', path)}\n`);
}
