import { hash } from 'node:crypto';

/**
 * The parts of an embedded signature, as the kernel reads them (xnu, `osfmk/kern/cs_blobs.h`): all numbers are big-endian.
 * A super blob is an index of blobs, of which a code directory holds the hash of every page of the file before it.
 */
export const SUPER_BLOB = 0xfade0cc0;
export const CODE_DIRECTORY = 0xfade0c02;

/** Before the index, and each of its entries: a slot, and where its blob is. */
export const SUPER_BLOB_BYTES = 12;
export const INDEX_ENTRY_BYTES = 8;

/** Of version 2.4: the newest that anything of ours needs. */
const VERSION = 0x20400;
const HEAD_BYTES = 88;

const SHA256_BYTES = 32;
const SHA256_TYPE = 2;

/** Hashes are of pages of 2^12 bytes on every platform, also where memory has larger ones. */
const PAGE_SHIFT = 12;
const PAGE_BYTES = 2 ** PAGE_SHIFT;

/** CS_ADHOC: signed by nobody, which vouches for the content of the file alone. */
const AD_HOC = 0x2;
/** CS_EXECSEG_MAIN_BINARY */
const MAIN_BINARY = 1;

/** What is signed. */
export interface SignedCode {
  readonly identifier: string;
  /** The file up to the signature: what the pages are of. */
  readonly code: Buffer;
  /** The segment `__TEXT`, in the file. */
  readonly text: { readonly offset: number; readonly size: number };
  readonly isProgram: boolean;
}

/** How many bytes a code directory of so much code takes. */
export function codeDirectorySize(identifier: string, codeBytes: number): number {
  return HEAD_BYTES + Buffer.byteLength(identifier) + 1 + Math.ceil(codeBytes / PAGE_BYTES) * SHA256_BYTES;
}

export function codeDirectory({ identifier, code, text, isProgram }: SignedCode): Buffer {
  const blob = Buffer.alloc(codeDirectorySize(identifier, code.length));
  const hashesAt = HEAD_BYTES + Buffer.byteLength(identifier) + 1;
  const pages = pagesOf(code, PAGE_BYTES);
  // magic, length, version, flags, where the hashes and the name are, other hashes than of pages, pages, bytes of code
  const head = [CODE_DIRECTORY, blob.length, VERSION, AD_HOC, hashesAt, HEAD_BYTES, 0, pages.length, code.length];
  head.forEach((word, index) => void blob.writeUInt32BE(word, index * 4));
  Buffer.from([SHA256_BYTES, SHA256_TYPE, 0, PAGE_SHIFT]).copy(blob, 36);
  // From 40 to 64 is what nothing here has: scattered pages, a team, code of more than 4 GiB.
  blob.writeBigUInt64BE(BigInt(text.offset), 64);
  blob.writeBigUInt64BE(BigInt(text.size), 72);
  blob.writeBigUInt64BE(BigInt(isProgram ? MAIN_BINARY : 0), 80);
  blob.write(identifier, HEAD_BYTES);
  pages.forEach((page, index) => void hash('sha256', page, 'buffer').copy(blob, hashesAt + index * SHA256_BYTES));
  return blob;
}

export function pagesOf(code: Buffer, pageBytes: number): Buffer[] {
  return Array.from({ length: Math.ceil(code.length / pageBytes) }, (_, index) =>
    code.subarray(index * pageBytes, (index + 1) * pageBytes),
  );
}
