import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = new URL('../../', import.meta.url);

const run = promisify(execFile);

export interface TrackedFile {
  readonly path: string;
  readonly text: string;
}

export function readFromRoot(path: string): Promise<string> {
  return readFile(new URL(path, ROOT), 'utf8');
}

async function readIfThere(path: string): Promise<TrackedFile[]> {
  try {
    return [{ path, text: await readFromRoot(path) }];
  } catch {
    // Deleted, but not yet in the index.
    return [];
  }
}

/** Every file that git tracks or would track; undefined in a copy without git. */
export async function readTrackedFiles(): Promise<readonly TrackedFile[] | undefined> {
  try {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const { stdout } = await run('git', args, { cwd: fileURLToPath(ROOT), maxBuffer: 64 * 1024 * 1024 });
    const paths = [...new Set(stdout.split('\0').filter((path) => path !== ''))];
    return (await Promise.all(paths.map(readIfThere))).flat();
  } catch {
    return undefined;
  }
}
