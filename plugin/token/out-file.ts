import { type FileHandle, open, rm } from 'node:fs/promises';
import { CompassError, messageOf } from '#common/errors.ts';

/** A file that is made before what it is for is asked for, since a secret that cannot be kept must not be asked for. */
export interface OutFile {
  write(text: string): Promise<void>;
  /** Removes it again, where nothing came to be written. */
  discard(): Promise<void>;
}

/** Makes a file that its owner alone can read (mode 0600). Throws Usage where it is there already, or cannot be made. */
export async function openOutFile(path: string): Promise<OutFile> {
  const handle = await create(path);
  return {
    async write(text) {
      try {
        await handle.writeFile(text);
        await handle.sync();
      } catch (error) {
        const message = `--out ${path} cannot be written: ${messageOf(error)}; the token is lost, and expires unused`;
        // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
        throw new CompassError('Usage', message, { cause: error });
      }
      await handle.close();
    },
    async discard() {
      await handle.close();
      await rm(path, { force: true });
    },
  };
}

async function create(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const why = isThere ? 'is there already, and is not overwritten' : `cannot be written: ${messageOf(error)}`;
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError('Usage', `--out ${path} ${why}; no token was asked for`, { cause: error });
  }
}
