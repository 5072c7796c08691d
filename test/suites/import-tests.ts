import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const TEST = fileURLToPath(new URL('../', import.meta.url));

/**
 * Runs every test file that matches, in this process: what a hundred processes would load and compile is loaded once. Each of
 * them also runs by itself: `sh .scripts/node --test FILE`.
 */
export async function importTests(...patterns: readonly string[]): Promise<void> {
  for (const file of globSync([...patterns], { cwd: TEST }).toSorted()) await import(`../${file}`);
}
