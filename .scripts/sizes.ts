import { globSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { VERSION } from '#common/version.ts';
import { ROOT } from './build.ts';

/** Bytes by artefact; the version is not in the name, so that releases can be compared. */
export type Sizes = Readonly<Record<string, number>>;

/** What the last release weighed: `npm run sizes -- --accept` writes it. */
export interface ReleasedSizes {
  readonly version: string;
  readonly bytes: Sizes;
}

export const RELEASED = join(ROOT, '.scripts/release-sizes.json');

/** By how much an artefact may grow from one release to the next without a word. */
const ALLOWED_GROWTH = 0.1;

const PACKED = ['krew/*.{tar.gz,zip}', 'npm/*.tgz', 'chart/*.tgz', 'image/*.tar'];

/** Folders of which all files are one artefact; the source maps are handed to nobody. */
const BUNDLES = ['plugin', 'sidecar'];

/** Of what a build has put into `folder`. @throws Error where there is nothing */
export function measure(folder: string, version: string): Sizes {
  const bytesOf = (path: string) => statSync(join(folder, path)).size;
  const packed = globSync(PACKED, { cwd: folder }).map((path) => [path, bytesOf(path)] as const);
  const bundled = BUNDLES.map((program) => {
    const files = globSync(`${program}/**/*.{js,cjs,txt,json}`, { cwd: folder });
    return [program, files.reduce((sum, path) => sum + bytesOf(path), 0)] as const;
  });
  const found = [...packed, ...bundled.filter(([, bytes]) => bytes > 0)];
  if (found.length === 0) throw new Error(`${folder} has no artefacts; run: npm run build`);
  return Object.fromEntries(found.map(([name, bytes]) => [withoutVersion(name, version), bytes]).toSorted());
}

/** `kubectl-compass_v0.1.0_linux_amd64.tar.gz` and `kubectl-compass-0.1.0.tgz`, without it. */
function withoutVersion(name: string, version: string): string {
  return name.replaceAll(`_v${version}`, '').replaceAll(`_${version}`, '').replaceAll(`-${version}`, '');
}

export interface Comparison {
  /** A line for each artefact. */
  readonly lines: readonly string[];
  /** What is to be accepted or mended, a line each. */
  readonly grown: readonly string[];
}

/** Sizes beside those of the last release. What was not built here is said, and is no failure. */
export function compareSizes(released: ReleasedSizes, now: Sizes): Comparison {
  const names = [...new Set([...Object.keys(released.bytes), ...Object.keys(now)])].toSorted();
  const rows = names.map((name) => ({ name, before: released.bytes[name], now: now[name] }));
  const grown = rows.flatMap(({ name, before, now }) =>
    before !== undefined && now !== undefined && now > before * (1 + ALLOWED_GROWTH)
      ? [`${name}: ${now} bytes, ${percent(before, now)} over the ${before} of ${released.version}`]
      : [],
  );
  const width = Math.max(...names.map(({ length }) => length));
  const lines = rows.map(({ name, before, now }) => `${name.padEnd(width)}  ${described(before, now)}`);
  return { lines, grown };
}

function described(before: number | undefined, now: number | undefined): string {
  if (now === undefined) return 'not built here';
  return before === undefined ? `${now} bytes, new` : `${now} bytes, ${percent(before, now)}`;
}

function percent(before: number, now: number): string {
  const change = ((now - before) / before) * 100;
  return `${change < 0 ? '-' : '+'}${Math.abs(change).toFixed(1)} %`;
}

export async function readReleased(): Promise<ReleasedSizes> {
  return JSON.parse(await readFile(RELEASED, 'utf8')) as ReleasedSizes;
}

/** What was not built here keeps the size that it had. */
async function accept(released: ReleasedSizes, now: Sizes): Promise<void> {
  const bytes = Object.fromEntries(Object.entries({ ...released.bytes, ...now }).toSorted());
  await writeFile(RELEASED, `${JSON.stringify({ version: VERSION, bytes }, undefined, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = { accept: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const now = measure(positionals[0] ?? join(ROOT, 'dist'), VERSION);
  const released = await readReleased();
  const { lines, grown } = compareSizes(released, now);
  process.stdout.write(`${lines.join('\n')}\n`);
  if (values.accept) await accept(released, now);
  else if (grown.length > 0) {
    process.stderr.write(`\ngrown by more than 10 %:\n  ${grown.join('\n  ')}\n`);
    process.stderr.write('find out why; if it is worth it: npm run sizes -- --accept, and say so in the commit\n');
    process.exitCode = 1;
  }
}
