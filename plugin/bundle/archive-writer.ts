import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createGzip, type Gzip } from 'node:zlib';
import { CompassError, messageOf } from '#common/errors.ts';
import { makeFolder } from '../make-folder.ts';
import { ARCHIVE_FOLDER } from './layout.ts';
import { TAR_END, tarFilling, tarHeader } from './tar.ts';

/** A file of an archive, as its manifest lists it. */
export interface ArchivedFile {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of the content, in hexadecimal digits. */
  readonly sha256: string;
}

/** Only for whoever made it. */
const PRIVATE = 0o600;

/**
 * Writes a .tar.gz file by file, in memory no more than one of them, and under another name until it is whole: whoever finds
 * an archive finds all of it. Every method throws Usage where the disk does not take it.
 */
export class ArchiveWriter {
  readonly path: string;
  /** What was written so far. */
  readonly files: ArchivedFile[] = [];
  readonly #unfinished: string;
  readonly #file: FileHandle;
  readonly #gzip: Gzip;
  readonly #modified: number;
  readonly #written: Promise<void>;
  #bytes = 0;

  /** `atMs` is the time of all files, in milliseconds since the epoch. */
  static async create(path: string, atMs: number): Promise<ArchiveWriter> {
    const unfinished = `${path}.unfinished`;
    const file = await onDisk(path, async () => {
      makeFolder(dirname(path), 0o700);
      await rm(unfinished, { force: true });
      return open(unfinished, 'wx', PRIVATE);
    });
    return new ArchiveWriter(path, unfinished, file, atMs);
  }

  private constructor(path: string, unfinished: string, file: FileHandle, atMs: number) {
    this.path = path;
    this.#unfinished = unfinished;
    this.#file = file;
    this.#modified = atMs / 1_000;
    this.#gzip = createGzip();
    this.#written = this.#pump();
    // It is awaited at the end, and may fail before that.
    this.#written.catch(() => undefined);
  }

  /** Adds a file; `path` is below the archive's folder. */
  async add(path: string, text: string): Promise<void> {
    const content = Buffer.from(text);
    const name = `${ARCHIVE_FOLDER}/${path}`;
    await onDisk(this.path, async () => {
      await this.#write(tarHeader({ name, size: content.length }, this.#modified));
      await this.#write(content);
      await this.#write(Buffer.alloc(tarFilling(content.length)));
    });
    const sha256 = createHash('sha256').update(content).digest('hex');
    this.files.push({ path, bytes: content.length, sha256 });
  }

  /** Ends it and gives it its name. Its size in bytes. */
  async finish(): Promise<number> {
    return onDisk(this.path, async () => {
      this.#gzip.end(TAR_END);
      await this.#written;
      await this.#file.chmod(PRIVATE);
      await this.#file.sync();
      await this.#file.close();
      await rename(this.#unfinished, this.path);
      return this.#bytes;
    });
  }

  /** Takes away what there is of it. */
  async abandon(): Promise<void> {
    this.#gzip.destroy();
    await this.#written.catch(() => undefined);
    await this.#file.close().catch(() => undefined);
    await rm(this.#unfinished, { force: true }).catch(() => undefined);
  }

  async #pump(): Promise<void> {
    for await (const chunk of this.#gzip as AsyncIterable<Buffer>) {
      await this.#file.writeFile(chunk);
      this.#bytes += chunk.length;
    }
  }

  async #write(chunk: Buffer): Promise<void> {
    if (chunk.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      this.#gzip.write(chunk, (error) => (error ? reject(error) : resolve()));
      this.#written.catch(reject);
    });
  }
}

async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError('Usage', `${path} cannot be written: ${messageOf(error)}`, {
      cause: error,
      next: 'name a file by -f, in a folder with room where you may write',
    });
  }
}
