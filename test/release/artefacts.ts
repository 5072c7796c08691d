import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where `npm run build` puts everything. */
export const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

/** The absolute path of the one artefact in dist/ that matches. @throws Error where there is none, or another beside it */
export function findArtefact(pattern: string): string {
  const [found, ...others] = globSync(pattern, { cwd: DIST }).toSorted();
  if (found === undefined) throw new Error(`dist/ has no ${pattern}; run: npm run build`);
  if (others.length > 0)
    throw new Error(`dist/ has ${found} and ${others.join(', ')}; remove dist/, run: npm run build`);
  return join(DIST, found);
}
