/**
 * As much of tar (POSIX.1-1988 "ustar") as a report needs: regular files with short ASCII names. A library would bring links,
 * devices, owners and long names, of which none may be in such an archive, and of which each is a way out of its folder.
 */

export const TAR_BLOCK = 512;

/** Longest name of a file: what the header holds without a second field. */
const LONGEST_NAME = 99;

/** Two empty blocks. */
export const TAR_END = new Uint8Array(2 * TAR_BLOCK);

/** Where the parts of a header are: from, to. */
const FIELDS = {
  name: [0, 100],
  mode: [100, 108],
  owner: [108, 116],
  group: [116, 124],
  size: [124, 136],
  modified: [136, 148],
  checksum: [148, 156],
  type: [156, 157],
  magic: [257, 265],
  prefix: [345, 500],
} as const;

/** A file in an archive: `size` in bytes, without the filling. */
export interface TarEntry {
  readonly name: string;
  readonly size: number;
}

/** The block before a file's content. `modified` in seconds since the epoch. */
export function tarHeader({ name, size }: TarEntry, modified: number): Buffer {
  if (!isPlainName(name)) throw new RangeError(`no name for a file of an archive: ${name}`);
  const block = Buffer.alloc(TAR_BLOCK);
  const put = (field: keyof typeof FIELDS, text: string) => block.write(text, FIELDS[field][0], 'latin1');
  put('name', name);
  put('mode', '0000600\0');
  put('owner', '0000000\0');
  put('group', '0000000\0');
  put('size', `${size.toString(8).padStart(11, '0')}\0`);
  put('modified', `${Math.floor(modified).toString(8).padStart(11, '0')}\0`);
  put('type', '0');
  put('magic', 'ustar\x0000');
  put('checksum', `${checksum(block).toString(8).padStart(6, '0')}\0 `);
  return block;
}

/** How many bytes follow a content of this size, up to a whole block. */
export function tarFilling(size: number): number {
  return (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;
}

/**
 * The file that a header announces; undefined for an empty block, which ends an archive. Throws RangeError for whatever else
 * it may be: no header, a link, a folder, a name that leads elsewhere.
 */
export function readTarHeader(block: Buffer): TarEntry | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (octal(block, 'checksum') !== checksum(block)) throw new RangeError('a header is damaged');
  const name = text(block, 'name');
  if (!text(block, 'magic').startsWith('ustar') || text(block, 'type') !== '0' || text(block, 'prefix') !== '') {
    throw new RangeError('it holds something else than files');
  }
  if (!isPlainName(name)) throw new RangeError('it holds a name that leads elsewhere');
  const size = octal(block, 'size');
  if (!Number.isSafeInteger(size)) throw new RangeError('a header is damaged');
  return { name, size };
}

/** Relative, of harmless characters, and without a way up. */
function isPlainName(name: string): boolean {
  return name.length <= LONGEST_NAME && /^(?!.*(?:^|\/)\.\.?(?:\/|$))[\w.-]+(?:\/[\w.-]+)*$/.test(name);
}

function text(block: Buffer, field: keyof typeof FIELDS): string {
  const part = block.toString('latin1', ...FIELDS[field]);
  return part.split('\0', 1)[0] ?? '';
}

function octal(block: Buffer, field: keyof typeof FIELDS): number {
  const digits = text(block, field).trim();
  return /^[0-7]{1,11}$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

/** The sum of all bytes, those of the checksum itself taken for blanks. */
function checksum(block: Buffer): number {
  const [from, to] = FIELDS.checksum;
  return block.reduce((sum, byte, i) => sum + (i >= from && i < to ? 0x20 : byte), 0);
}
