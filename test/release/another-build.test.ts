import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { ROOT } from '../../.scripts/build.ts';
import { temporaryFolder } from '../krew/temporary-folder.ts';
import { readFromRoot } from '../repository/tracked-files.ts';
import { DIST, findArtefact } from './artefacts.ts';
import { readManifest } from './krew-archives.ts';

/** What people get, and what that is made of; the metafiles and source maps name the folder that they are written to. */
const BUILT = ['{chart,image,krew,licences,npm,sbom}/**/*', '{plugin,sidecar}/**/*.{cjs,js,json,txt}'];

/** The steps of `npm run build`, each with what has it write into another folder than dist/. */
function stepsInto(folder: string, urlBase: readonly string[]): readonly (readonly [string, ...string[]])[] {
  return [
    ['.scripts/build.ts', folder],
    ['.scripts/licences.ts', folder],
    ['.scripts/npm-package.ts', folder],
    ['krew/build.ts', '--target', join(folder, 'krew'), ...urlBase],
    ['.scripts/build-chart.ts', folder],
    ['sidecar/deploy/image/build.ts', '--output', join(folder, 'image')],
    ['.scripts/sbom.ts', folder],
  ];
}

/** As it was given for the manifest in dist/: a release names the place of its archives. */
async function urlBaseOfBuild(): Promise<readonly string[]> {
  const [{ uri = '' } = {}] = (await readManifest()).spec.platforms;
  return uri.startsWith('https://') ? ['--url-base', uri.slice(0, uri.lastIndexOf('/'))] : [];
}

/** As the SBOMs in dist/ bear it. */
async function timeOfBuild(): Promise<Readonly<Record<string, string>>> {
  const { metadata } = JSON.parse(await readFile(findArtefact('sbom/*_source.cdx.json'), 'utf8')) as {
    readonly metadata: { readonly timestamp?: string };
  };
  return { SOURCE_DATE_EPOCH: metadata.timestamp === undefined ? '' : String(Date.parse(metadata.timestamp) / 1000) };
}

/** SHA-256 by path, of all that lies in a folder as a build fills it. */
async function sumsIn(folder: string): Promise<Readonly<Record<string, string>>> {
  const files = globSync(BUILT, { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile());
  const sums = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    return [relative(folder, path), hash('sha256', await readFile(path))] as const;
  });
  return Object.fromEntries(await Promise.all(sums));
}

/** The scripts that `npm run build` runs, in its order. */
async function stepsOfBuild(): Promise<readonly string[]> {
  const { scripts } = JSON.parse(await readFromRoot('package.json')) as { readonly scripts: Record<string, string> };
  const parts = (scripts['build'] ?? '').split(' && ').map((part) => scripts[part.replace('npm run ', '')] ?? part);
  return parts.flatMap((part) => [...part.matchAll(/node (\S+\.ts)/g)].map(([, path = '']) => path));
}

test('all that npm run build does is done once more here', async () => {
  assert.deepEqual(
    stepsInto('dist', []).map(([script]) => script),
    await stepsOfBuild(),
  );
});

test('another build of the sources gives what is in dist/, elsewhere and at another hour', async (t) => {
  const [folder, cwd, TMPDIR] = [await temporaryFolder(t), await temporaryFolder(t), await temporaryFolder(t)];
  const env = { ...process.env, ...(await timeOfBuild()), TZ: 'Pacific/Kiritimati', LANG: 'C', TMPDIR };
  for (const [script, ...args] of stepsInto(folder, await urlBaseOfBuild()))
    await promisify(execFile)(process.execPath, [join(ROOT, script), ...args], { cwd, env });
  const [now, before] = [await sumsIn(folder), await sumsIn(DIST)];
  const others = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
    (path) => before[path] !== now[path],
  );
  assert.deepEqual(others, [], 'these are not what the sources give now; run: npm run build');
});
