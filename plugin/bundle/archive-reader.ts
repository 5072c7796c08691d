import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CompassError, messageOf } from '#common/errors.ts';
import { whyUnread } from '../why-unread.ts';
import { ARCHIVE_FOLDER } from './layout.ts';
import { readTarHeader, TAR_BLOCK, tarFilling } from './tar.ts';

/** What an archive may be at most: whatever is larger was not written by this program. */
export interface ArchiveLimits {
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  /** Of one file that is kept. */
  readonly fileBytes: number;
  readonly files: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  packedBytes: 512 * 1024 * 1024,
  unpackedBytes: 4 * 1024 * 1024 * 1024,
  fileBytes: 64 * 1024 * 1024,
  files: 20_000,
};

/** A file as it lies in an archive, below its folder. */
export interface ReadFile {
  readonly path: string;
  readonly sha256: string;
  /** Undefined where it was not wanted: then nothing of it was kept. */
  readonly text: string | undefined;
}

/**
 * The files of an archive in their order, read once from front to back: nothing is unpacked to the disk, and only what is
 * wanted is kept in memory. Throws ArchiveInvalid where it is damaged, is something else, or is more than the limits.
 */
export async function* readArchive(
  path: string,
  isWanted: (path: string) => boolean,
  limits = ARCHIVE_LIMITS,
): AsyncGenerator<ReadFile> {
  await refuseUnsuitable(path, limits);
  const gunzip = createGunzip();
  // Whatever fails ends the reading below with the same error.
  pipeline(createReadStream(path), gunzip, () => undefined);
  const blocks = new Blocks(gunzip, limits);
  try {
    let files = 0;
    for (;;) {
      const block = await blocks.take(TAR_BLOCK);
      const entry = readTarHeader(block);
      if (!entry) break;
      files += 1;
      if (files > limits.files) throw new RangeError('it holds too many files');
      if (!entry.name.startsWith(`${ARCHIVE_FOLDER}/`)) throw new RangeError('its files are not those of a report');
      yield await readContent(blocks, entry.name.slice(ARCHIVE_FOLDER.length + 1), entry.size, isWanted, limits);
    }
    await blocks.drain();
  } catch (error) {
    throw error instanceof CompassError ? error : invalid(path, error);
  } finally {
    gunzip.destroy();
  }
}

/** What is to be said of a file that is no archive of ours, or no whole one. */
export function invalidArchive(path: string, why: string, cause?: unknown): CompassError {
  return new CompassError('ArchiveInvalid', `${path} is no whole archive of kubectl compass report: ${why}`, { cause });
}

async function refuseUnsuitable(path: string, { packedBytes }: ArchiveLimits): Promise<void> {
  let found: Awaited<ReturnType<typeof stat>>;
  try {
    found = await stat(path);
  } catch (error) {
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError('Usage', `${path} cannot be read: ${whyUnread(error)}`, {
      cause: error,
      next: 'name an archive that kubectl compass report has written',
    });
  }
  if (!found.isFile()) throw invalidArchive(path, 'it is no file');
  if (found.size > packedBytes) throw invalidArchive(path, `it is larger than ${megabytes(packedBytes)}`);
}

/** Errors of zlib have a code; of a damaged stream their message says what is wrong with it. */
function invalid(path: string, error: unknown): unknown {
  const { code = '' } = error as { code?: unknown };
  if (error instanceof RangeError) return invalidArchive(path, error.message, error);
  if (typeof code === 'string' && code.startsWith('Z_'))
    return invalidArchive(path, 'it is damaged, or not gzip', error);
  return typeof code === 'string' && code !== ''
    ? new CompassError('Usage', `${path} cannot be read: ${messageOf(error)}`, { cause: error })
    : error;
}

async function readContent(
  blocks: Blocks,
  path: string,
  size: number,
  isWanted: (path: string) => boolean,
  { fileBytes }: ArchiveLimits,
): Promise<ReadFile> {
  const keeps = isWanted(path);
  if (keeps && size > fileBytes) throw new RangeError(`${path} is larger than ${megabytes(fileBytes)}`);
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  for (let left = size; left > 0; ) {
    const chunk = await blocks.takeUpTo(left);
    hash.update(chunk);
    if (keeps) kept.push(chunk);
    left -= chunk.length;
  }
  const filling = tarFilling(size);
  if (filling > 0) await blocks.take(filling);
  return { path, sha256: hash.digest('hex'), text: keeps ? Buffer.concat(kept).toString() : undefined };
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}

/** A stream of bytes, taken in pieces of the size that is wanted. */
class Blocks {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #limits: ArchiveLimits;
  #rest: Buffer = Buffer.alloc(0);
  #bytes = 0;

  constructor(stream: AsyncIterable<Buffer>, limits: ArchiveLimits) {
    this.#chunks = stream[Symbol.asyncIterator]();
    this.#limits = limits;
  }

  /** So many bytes exactly. */
  async take(size: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = size; left > 0; ) {
      const part = await this.takeUpTo(left);
      parts.push(part);
      left -= part.length;
    }
    return Buffer.concat(parts);
  }

  /** At least one byte, and no more than so many. */
  async takeUpTo(most: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      if (!(await this.#next())) throw new RangeError('it ends too early');
    }
    const part = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(part.length);
    return part;
  }

  /** To the end: the checksum of gzip comes last. */
  async drain(): Promise<void> {
    while (await this.#next());
  }

  async #next(): Promise<boolean> {
    const { value, done } = await this.#chunks.next();
    if (done) return false;
    this.#rest = value;
    this.#bytes += value.length;
    const { unpackedBytes } = this.#limits;
    if (this.#bytes > unpackedBytes) throw new RangeError(`it unpacks to more than ${megabytes(unpackedBytes)}`);
    return true;
  }
}
