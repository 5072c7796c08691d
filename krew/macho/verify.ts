import { hash } from 'node:crypto';
import { CODE_DIRECTORY, INDEX_ENTRY_BYTES, pagesOf, SUPER_BLOB, SUPER_BLOB_BYTES } from './code-directory.ts';
import { type Extent, readMachO } from './layout.ts';

/** A code directory that agrees with the file. */
export interface VerifiedDirectory {
  readonly identifier: string;
  /** CS_ADHOC and others, as in `osfmk/kern/cs_blobs.h` of xnu. */
  readonly flags: number;
  readonly algorithm: 'sha1' | 'sha256';
  readonly pages: number;
  /** Other blobs that it has a hash of. */
  readonly blobs: number;
}

interface Blob {
  readonly slot: number;
  readonly bytes: Buffer;
}

/** By the number of a hash's type. */
const ALGORITHMS: Readonly<Record<number, VerifiedDirectory['algorithm']>> = { 1: 'sha1', 2: 'sha256' };

/**
 * Compares every hash in the signature of a Mach-O file with what it is of: each page, and the other blobs of the signature,
 * such as entitlements. Who signed is not looked at.
 *
 * @throws Error where the file has no signature, or differs from what was signed
 */
export function verifySignature(file: Buffer): VerifiedDirectory[] {
  const { signature, linkedit } = readMachO(file);
  if (!signature) throw new Error('the file is not signed');
  const ends = [signature, linkedit].map(({ offset, size }) => offset + size);
  if (ends.some((end) => end !== file.length)) throw new Error('the signature does not end the file');
  const blobs = readBlobs(file, signature);
  const directories = blobs.filter(({ bytes }) => bytes.readUInt32BE(0) === CODE_DIRECTORY);
  if (directories.length === 0) throw new Error('the signature has no code directory');
  return directories.map(({ bytes }) => verifyDirectory(bytes, file.subarray(0, signature.offset), blobs));
}

function readBlobs(file: Buffer, { offset, size }: Extent): Blob[] {
  const all = file.subarray(offset, offset + size);
  if (all.readUInt32BE(0) !== SUPER_BLOB) throw new Error('what is in the place of the signature is none');
  return Array.from({ length: all.readUInt32BE(8) }, (_, index) => {
    const entryAt = SUPER_BLOB_BYTES + index * INDEX_ENTRY_BYTES;
    const at = all.readUInt32BE(entryAt + 4);
    return { slot: all.readUInt32BE(entryAt), bytes: all.subarray(at, at + all.readUInt32BE(at + 4)) };
  });
}

function verifyDirectory(directory: Buffer, code: Buffer, blobs: readonly Blob[]): VerifiedDirectory {
  const word = (index: number) => directory.readUInt32BE(index * 4);
  const hashesAt = word(4);
  const hashBytes = directory.readUInt8(36);
  const algorithm = ALGORITHMS[directory.readUInt8(37)];
  const pages = pagesOf(code, 2 ** directory.readUInt8(39));
  if (algorithm === undefined) throw new Error('the hashes are of a kind that is not known');
  if (word(8) !== code.length || word(7) !== pages.length) {
    throw new Error('the signature is of more or of less than the file');
  }
  const compare = (what: string, slot: number, bytes: Buffer) => {
    const at = hashesAt + slot * hashBytes;
    const found = hash(algorithm, bytes, 'buffer').subarray(0, hashBytes);
    if (!found.equals(directory.subarray(at, at + hashBytes))) throw new Error(`${what} is not what was signed`);
  };
  pages.forEach((page, index) => void compare(`page ${index}`, index, page));
  // Hashes of other blobs lie before those of the pages, by the number of their slot.
  const specials = blobs.filter(({ slot }) => slot > 0 && slot <= word(6));
  for (const { slot, bytes } of specials) compare(`the blob in slot ${slot}`, -slot, bytes);
  const nameAt = word(5);
  const identifier = directory.toString('utf8', nameAt, directory.indexOf(0, nameAt));
  return { identifier, flags: word(3), algorithm, pages: pages.length, blobs: specials.length };
}
