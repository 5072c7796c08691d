import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { normalizeArguments } from '../arguments.ts';
import type { ParsedFlags } from '../flags.ts';
import { makeFolder } from '../make-folder.ts';
import { FLAGS_BEFORE } from '../parse.ts';
import type { Situation } from './situation.ts';

/** What names are looked up of in the cluster. */
export type Listed =
  | 'applications'
  | 'compassconnections'
  | 'daemonsets'
  | 'deployments'
  | 'namespaces'
  | 'secrets'
  | 'statefulsets'
  | 'urls';

/** A person at a prompt does not wait longer. */
const LIMIT_MS = 2_000;

/** Shorter than it takes to wonder why something new is missing. */
const FRESH_MS = 10_000;

/** By what another cluster, person or namespace is meant: names are kept for these alone. */
const IDENTITY = ['kubeconfig', 'context', 'cluster', 'user', 'server', 'as', 'workload-namespace'];

/** The names of objects, as the cluster that the words mean has them; at most ten seconds old, and none if it takes long. */
export async function lookUp(listed: Listed, situation: Situation): Promise<readonly string[]> {
  const { surroundings } = situation;
  const flags = await flagsIn(situation);
  const key = JSON.stringify([surroundings.env['KUBECONFIG'] ?? '', ...IDENTITY.map((name) => flags.text(name) ?? '')]);
  const path = cachePath(listed, flags, surroundings.env);
  const now = surroundings.clock.now();
  const kept = path === undefined ? undefined : readKept(path);
  if (kept?.key === key && now - kept.time < FRESH_MS && now >= kept.time) return kept.names;
  const { fetchNames } = await import('./fetch-names.ts');
  const names = await fetchNames(listed, flags, surroundings, AbortSignal.timeout(LIMIT_MS));
  if (path !== undefined) keep(path, { key, time: now, names });
  return names;
}

/** The connection flags among the words: -n, --context and the like decide about where to look. */
async function flagsIn({ before, flags }: Situation): Promise<ParsedFlags> {
  const { readFlags } = await import('../read-flags.ts');
  try {
    return readFlags(normalizeArguments(before, flags), flags).flags;
  } catch {
    return readFlags([], FLAGS_BEFORE).flags;
  }
}

interface Kept {
  readonly key: string;
  readonly time: number;
  readonly names: readonly string[];
}

/** Beside what kubectl keeps of its discovery: --cache-dir, KUBECACHEDIR, else below the home directory. */
function cachePath(
  listed: Listed,
  flags: ParsedFlags,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const home = env['HOME'] || env['USERPROFILE'];
  const root = flags.text('cache-dir') ?? (env['KUBECACHEDIR'] || (home && join(home, '.kube', 'cache')));
  return root ? join(root, 'compass', `${listed}.json`) : undefined;
}

function readKept(path: string): Kept | undefined {
  try {
    const kept = JSON.parse(readFileSync(path, 'utf8')) as Partial<Kept>;
    const { key, time, names } = kept;
    if (typeof key !== 'string' || typeof time !== 'number' || !Array.isArray(names)) return undefined;
    return { key, time, names: names.filter((name) => typeof name === 'string') };
  } catch {
    return undefined;
  }
}

/** A cache that cannot be written is none. */
function keep(path: string, kept: Kept): void {
  try {
    makeFolder(join(path, '..'), 0o750);
    writeFileSync(path, JSON.stringify(kept), { mode: 0o600 });
  } catch {
    return;
  }
}
