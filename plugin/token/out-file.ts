import { open, rm } from 'node:fs/promises';
import { CompassError, messageOf } from '#common/errors.ts';

/**
 * Makes sure that a file can be made, and leaves none: a secret that cannot be kept must not be asked for. Throws Usage where
 * it is there already, or cannot be made.
 */
export async function requireWritable(path: string): Promise<void> {
  try {
    await (await create(path)).close();
    await rm(path, { force: true });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const why = isThere ? 'is there already, and is not overwritten' : `cannot be written: ${messageOf(error)}`;
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError('Usage', `--out ${path} ${why}; no token was asked for`, { cause: error });
  }
}

/** Writes a token into a new file that its owner alone can read (mode 0600). Throws Usage, and leaves no file that is cut off. */
export async function writeOutFile(path: string, text: string): Promise<void> {
  let isMade = false;
  try {
    await using handle = await create(path);
    isMade = true;
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    if (isMade) await rm(path, { force: true });
    const message = `--out ${path} cannot be written: ${messageOf(error)}; the token is lost, and expires unused`;
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError('Usage', message, { cause: error });
  }
}

function create(path: string) {
  return open(path, 'wx', 0o600);
}
