import { open, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CompassError, messageOf } from '#common/errors.ts';
import { makeFolder } from '../../make-folder.ts';

/** For keys and tokens. */
export const PRIVATE = 0o600;
/** For certificates, which anybody may see. */
export const PUBLIC = 0o644;

/**
 * Writes a file that survives a crash from here on: its content and its name are on the disk when this returns, and its
 * mode is `mode` from the first byte. What was there is replaced. Throws Usage where that is not possible.
 */
export async function writeDurably(path: string, content: string, mode: number): Promise<void> {
  await onDisk(`${path} cannot be written`, async () => {
    makeFolder(dirname(path), 0o700);
    // A file that is there may be open to others: a new one never was.
    await rm(path, { force: true });
    const file = await open(path, 'wx', mode);
    try {
      // The mask of the process may have taken rights away.
      await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await syncFolder(dirname(path));
  });
}

/** Puts a complete file in the place of another, in one step. */
export async function putInPlace(from: string, to: string): Promise<void> {
  await onDisk(`${to} cannot be replaced`, async () => {
    await rename(from, to);
    await syncFolder(dirname(to));
  });
}

export async function copy(from: string, to: string, mode: number): Promise<void> {
  await writeDurably(to, await readText(from), mode);
}

export async function remove(...paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map((path) => rm(path, { force: true })));
}

/** Takes away a folder in which nothing is; where that is not possible it stays, which harms nobody. */
export async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => undefined);
}

/** The text of a file; throws Usage where it cannot be read. */
export async function readText(path: string): Promise<string> {
  return onDisk(`${path} cannot be read`, () => readFile(path, 'utf8'));
}

/** The text of a file; undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return (await isThere(path)) ? readText(path) : undefined;
}

export async function isThere(path: string): Promise<boolean> {
  return (await modeOf(path)) !== undefined;
}

/** The permission bits of a file; undefined where there is none. */
export async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw refusal(`${path} cannot be looked at`, error);
  }
}

/** A name is on the disk only when its folder is. Windows knows no such thing, and needs none. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!['EISDIR', 'EPERM', 'EINVAL', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

async function onDisk<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CompassError ? error : refusal(what, error);
  }
}

function refusal(what: string, error: unknown): CompassError {
  return new CompassError('Usage', `${what}: ${messageOf(error)}`, {
    cause: error,
    next: 'correct the path, or the rights to it',
  });
}
