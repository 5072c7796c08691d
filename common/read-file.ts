import { close, closeSync, open, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';

const CHUNK_BYTES = 64 * 1024;

/** As the system names it: the file is larger than what is read. */
function tooLarge(path: string, mostBytes: number): Error {
  return Object.assign(new Error(`${path} is larger than ${mostBytes} bytes`), { code: 'EFBIG' });
}

/** A file of `mostBytes` at most, also where it grows for ever. Throws what the system says, or an error with the code EFBIG. */
export async function readFileUpTo(path: string, mostBytes: number): Promise<Buffer> {
  // Not by `node:fs/promises`, for which Node loads ten modules.
  const file = await promisify(open)(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let length = 0; ; ) {
      const { bytesRead, buffer } = await promisify(read)(file, Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return Buffer.concat(chunks);
      length += bytesRead;
      if (length > mostBytes) throw tooLarge(path, mostBytes);
      chunks.push(buffer.subarray(0, bytesRead));
    }
  } finally {
    await promisify(close)(file);
  }
}

/** The same at once: a small file is read quicker than a thread for it is started. */
export function readFileUpToSync(path: string, mostBytes: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let length = 0; ; ) {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      const bytesRead = readSync(file, buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return Buffer.concat(chunks);
      length += bytesRead;
      if (length > mostBytes) throw tooLarge(path, mostBytes);
      chunks.push(buffer.subarray(0, bytesRead));
    }
  } finally {
    closeSync(file);
  }
}
