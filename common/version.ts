import { readFileSync } from 'node:fs';

/** Set by the build (esbuild's `define`); from source it is not there. */
declare const COMPASS_VERSION: string | undefined;

/** The version of this program, as package.json has it: `0.1.0`. */
export const VERSION: string = typeof COMPASS_VERSION === 'string' ? COMPASS_VERSION : versionOfSource();

function versionOfSource(): string {
  try {
    const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    if (typeof manifest === 'object' && manifest && 'version' in manifest) return String(manifest.version);
  } catch {
    // Neither built nor beside its package.json: it runs all the same.
  }
  return '0.0.0-unknown';
}
