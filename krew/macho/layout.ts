/** As much of a Mach-O file (`<mach-o/loader.h>`) as a signature touches: thin, 64 bits, little-endian. Offsets are in bytes. */

const MAGIC_64 = 0xfeedfacf;
const HEADER_BYTES = 32;
const SECTION_BYTES = 80;
const SEGMENT_64 = 0x19;
const CODE_SIGNATURE = 0x1d;

/** `filetype` of a program. */
const EXECUTE = 2;

const MAGIC_AT = 0;
export const COMMAND_COUNT_AT = 16;
export const COMMANDS_SIZE_AT = 20;

/** Within an LC_SEGMENT_64 command. */
export const SEGMENT = { vmSizeAt: 32, fileOffsetAt: 40, fileSizeAt: 48, sectionCountAt: 64, sectionsAt: 72 } as const;

/** An LC_CODE_SIGNATURE command: its number, its size, and where the signature is. */
export const SIGNATURE_COMMAND = { number: CODE_SIGNATURE, bytes: 16, offsetAt: 8, sizeAt: 12 } as const;

export interface Extent {
  /** Where its load command is. */
  readonly commandAt: number;
  /** Where it is in the file. */
  readonly offset: number;
  readonly size: number;
}

export interface MachO {
  readonly isProgram: boolean;
  readonly commandCount: number;
  readonly commandsEnd: number;
  /** Where the first section begins: load commands have room up to there. */
  readonly firstSectionAt: number;
  readonly text: Extent;
  /** The last segment, of which the signature is the end. */
  readonly linkedit: Extent;
  /** Undefined where there is none. */
  readonly signature: Extent | undefined;
}

interface LoadCommand {
  readonly at: number;
  readonly number: number;
}

/** @throws Error where the file is something else, or has no segment `__TEXT` or `__LINKEDIT` */
export function readMachO(file: Buffer): MachO {
  if (file.length < HEADER_BYTES || file.readUInt32LE(MAGIC_AT) !== MAGIC_64) {
    throw new Error('not a thin, little-endian Mach-O file of 64 bits');
  }
  const commands = readCommands(file);
  const segments = commands.filter(({ number }) => number === SEGMENT_64).map(({ at }) => at);
  const signatureAt = commands.find(({ number }) => number === CODE_SIGNATURE)?.at;
  return {
    isProgram: file.readUInt32LE(12) === EXECUTE,
    commandCount: commands.length,
    commandsEnd: HEADER_BYTES + file.readUInt32LE(COMMANDS_SIZE_AT),
    firstSectionAt: Math.min(...segments.flatMap((at) => sectionOffsets(file, at))),
    text: segmentNamed(file, segments, '__TEXT'),
    linkedit: segmentNamed(file, segments, '__LINKEDIT'),
    signature: signatureAt === undefined ? undefined : signatureExtent(file, signatureAt),
  };
}

function readCommands(file: Buffer): LoadCommand[] {
  const commands: LoadCommand[] = [];
  let at = HEADER_BYTES;
  for (let left = file.readUInt32LE(COMMAND_COUNT_AT); left > 0; left--) {
    commands.push({ at, number: file.readUInt32LE(at) });
    at += file.readUInt32LE(at + 4);
  }
  return commands;
}

function segmentNamed(file: Buffer, segments: readonly number[], name: string): Extent {
  const commandAt = segments.find((at) => file.toString('latin1', at + 8, at + 24).replace(/\0+$/, '') === name);
  if (commandAt === undefined) throw new Error(`a Mach-O file without a segment ${name}`);
  return {
    commandAt,
    offset: Number(file.readBigUInt64LE(commandAt + SEGMENT.fileOffsetAt)),
    size: Number(file.readBigUInt64LE(commandAt + SEGMENT.fileSizeAt)),
  };
}

/** Of the sections of a segment that have content in the file. */
function sectionOffsets(file: Buffer, segmentAt: number): number[] {
  const count = file.readUInt32LE(segmentAt + SEGMENT.sectionCountAt);
  const sections = Array.from({ length: count }, (_, index) => segmentAt + SEGMENT.sectionsAt + index * SECTION_BYTES);
  return sections.map((at) => file.readUInt32LE(at + 48)).filter((offset) => offset > 0);
}

function signatureExtent(file: Buffer, commandAt: number): Extent {
  return {
    commandAt,
    offset: file.readUInt32LE(commandAt + SIGNATURE_COMMAND.offsetAt),
    size: file.readUInt32LE(commandAt + SIGNATURE_COMMAND.sizeAt),
  };
}
