/** A Mach-O program of 64 bits as a linker leaves it unsigned: a page of text, and a page and a bit of `__LINKEDIT`. */

const TEXT_BYTES = 0x4000;
const LINKEDIT_BYTES = 0x1234;
const SECTION_AT = 0x1000;

export function unsignedProgram({ firstSectionAt = SECTION_AT } = {}): Buffer {
  const file = Buffer.alloc(TEXT_BYTES + LINKEDIT_BYTES);
  for (let at = SECTION_AT; at < file.length; at++) file[at] = (at * 31) & 0xff;
  const text = segment('__TEXT', 0, TEXT_BYTES, firstSectionAt);
  const linkedit = segment('__LINKEDIT', TEXT_BYTES, LINKEDIT_BYTES);
  const header = [0xfeedfacf, 0x0100000c, 0, 2, 2, text.length + linkedit.length, 0, 0];
  header.forEach((word, index) => void file.writeUInt32LE(word, index * 4));
  Buffer.concat([text, linkedit]).copy(file, 32);
  return file;
}

/** An LC_SEGMENT_64 command, with one section or none. */
function segment(name: string, offset: number, size: number, sectionAt?: number): Buffer {
  const command = Buffer.alloc(72 + (sectionAt === undefined ? 0 : 80));
  command.writeUInt32LE(0x19, 0);
  command.writeUInt32LE(command.length, 4);
  command.write(name, 8, 'latin1');
  command.writeBigUInt64LE(BigInt(size), 32);
  command.writeBigUInt64LE(BigInt(offset), 40);
  command.writeBigUInt64LE(BigInt(size), 48);
  if (sectionAt === undefined) return command;
  command.writeUInt32LE(1, 64);
  command.writeUInt32LE(sectionAt, 72 + 48);
  return command;
}
