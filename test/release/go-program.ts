import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A program that others publish as a Go module. */
export interface GoProgram {
  readonly name: string;
  /** The package, and the version that is built where the machine has none. */
  readonly module: string;
  readonly tags?: string;
  /** Arguments with which it says that it is there. */
  readonly probe: readonly string[];
}

/** Kept between runs, since a build takes minutes. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/go-programs', import.meta.url));

/** The machine's own program, or one that is built once by the machine's Go; or why there is none, for a test to skip with. */
export function goProgram(program: GoProgram): { readonly path: string } | { readonly missing: string } {
  const { name, module, tags = '', probe } = program;
  const folder = join(CACHE, module.replaceAll(/[^\w.]+/g, '-'));
  const built = join(folder, name);
  const found = [name, built].find((path) => spawnSync(path, probe).status === 0);
  if (found !== undefined) return { path: found };
  if (spawnSync('go', ['version']).status !== 0) return { missing: `there is neither ${name} nor Go on this machine` };
  try {
    const env = { ...process.env, GOBIN: folder };
    execFileSync('go', ['install', '-tags', tags, '-ldflags', '-s -w', module], { env, stdio: 'pipe' });
  } catch (error) {
    return { missing: `there is no ${name} on this machine, and Go cannot build ${module}: ${String(error)}` };
  }
  return existsSync(built) ? { path: built } : { missing: `Go built no ${name} of ${module}` };
}

/** The last Helm 3. */
export const HELM: GoProgram = { name: 'helm', module: 'helm.sh/helm/v3/cmd/helm@v3.21.4', probe: ['version'] };

/** Without the ways to find targets, which a check of rules has no use for. */
export const PROMTOOL: GoProgram = {
  name: 'promtool',
  module: 'github.com/prometheus/prometheus/cmd/promtool@v0.316.0',
  tags: 'remove_all_sd',
  probe: ['--version'],
};
