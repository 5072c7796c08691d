import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it, where they are not there. Throws what the file system says. Node's own `recursive`
 * goes round for ever below a folder that is there, yet takes no new one and says ENOENT, as /proc does; each is tried
 * here once before its parent, and once after.
 */
export function makeFolder(path: string, mode?: number): void {
  if (isMade(path, mode)) return;
  makeFolder(dirname(path), mode);
  if (isMade(path, mode)) return;
  throw Object.assign(new Error(`no folder can be made in ${dirname(path)}`), { code: 'ENOENT' });
}

/** False where the folder that it belongs into is not there. */
function isMade(path: string, mode: number | undefined): boolean {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return path === dirname(path);
    // Some systems refuse before they look whether it is there.
    if (!isFolder(path)) throw error;
  }
  return true;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
