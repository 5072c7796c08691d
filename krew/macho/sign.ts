import { codeDirectory, codeDirectorySize, INDEX_ENTRY_BYTES, SUPER_BLOB, SUPER_BLOB_BYTES } from './code-directory.ts';
import { COMMAND_COUNT_AT, COMMANDS_SIZE_AT, type Extent, readMachO, SEGMENT, SIGNATURE_COMMAND } from './layout.ts';

/** Segments are mapped in pages of 16 KiB on Apple's own processors. */
const SEGMENT_ALIGNMENT = 16_384;

/** What a signature begins at. */
const SIGNATURE_ALIGNMENT = 16;

const ENVELOPE_BYTES = SUPER_BLOB_BYTES + INDEX_ENTRY_BYTES;

/**
 * The file with an ad-hoc signature, which macOS wants of every program on Apple's own processors, and which `codesign --sign -`
 * would make on a Mac. The identifier is what the system calls the program by.
 *
 * @throws Error where the file is signed, has no room for the load command, or has something behind its last segment
 */
export function signAdHoc(unsigned: Buffer, identifier: string): Buffer {
  const { signature, text, linkedit, isProgram, ...commands } = readMachO(unsigned);
  if (signature) throw new Error('the file is signed');
  if (linkedit.offset + linkedit.size !== unsigned.length) throw new Error('__LINKEDIT does not end the file');
  if (commands.commandsEnd + SIGNATURE_COMMAND.bytes > commands.firstSectionAt) {
    throw new Error('there is no room for the load command of a signature');
  }
  const codeBytes = aligned(unsigned.length, SIGNATURE_ALIGNMENT);
  const size = ENVELOPE_BYTES + codeDirectorySize(identifier, codeBytes);
  const signed = Buffer.alloc(codeBytes + size);
  unsigned.copy(signed);
  // All that names the signature before it is made: the first page, where this is written, is hashed as well.
  writeCommand(signed, commands, { commandAt: commands.commandsEnd, offset: codeBytes, size });
  extend(signed, linkedit);
  const code = signed.subarray(0, codeBytes);
  envelope(codeDirectory({ identifier, code, text, isProgram })).copy(signed, codeBytes);
  return signed;
}

function writeCommand(file: Buffer, before: { commandCount: number; commandsEnd: number }, signature: Extent): void {
  const { number, bytes, offsetAt, sizeAt } = SIGNATURE_COMMAND;
  const { commandAt, offset, size } = signature;
  file.writeUInt32LE(number, commandAt);
  file.writeUInt32LE(bytes, commandAt + 4);
  file.writeUInt32LE(offset, commandAt + offsetAt);
  file.writeUInt32LE(size, commandAt + sizeAt);
  file.writeUInt32LE(before.commandCount + 1, COMMAND_COUNT_AT);
  file.writeUInt32LE(file.readUInt32LE(COMMANDS_SIZE_AT) + bytes, COMMANDS_SIZE_AT);
}

/** The segment reaches to the end of the file, the signature included. */
function extend(file: Buffer, { commandAt, offset }: Extent): void {
  const size = file.length - offset;
  file.writeBigUInt64LE(BigInt(size), commandAt + SEGMENT.fileSizeAt);
  file.writeBigUInt64LE(BigInt(aligned(size, SEGMENT_ALIGNMENT)), commandAt + SEGMENT.vmSizeAt);
}

/** A super blob with nothing but a code directory in it. */
function envelope(directory: Buffer): Buffer {
  const slot = 0;
  const index = Buffer.alloc(ENVELOPE_BYTES);
  const words = [SUPER_BLOB, ENVELOPE_BYTES + directory.length, 1, slot, ENVELOPE_BYTES];
  words.forEach((word, at) => void index.writeUInt32BE(word, at * 4));
  return Buffer.concat([index, directory]);
}

function aligned(size: number, alignment: number): number {
  return Math.ceil(size / alignment) * alignment;
}
