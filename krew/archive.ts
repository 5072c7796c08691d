import { constants, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import tar from 'tar-stream';
import yazl from 'yazl';

/** What is to lie in an archive. */
export interface ArchivedFile {
  readonly path: string;
  readonly content: Buffer;
  readonly isExecutable: boolean;
}

/** The earliest that a zip can say, by the clock of wherever it is read, for all files: the day of a build is none of its content. */
const YEAR = 1980;

const MODES = { executable: 0o755, other: 0o644 } as const;

/**
 * Writes an archive, `.zip` or `.tar.gz` by the name of `target`. The same files give the same bytes, in whatever order and
 * whenever they come.
 */
export async function writeArchive(target: string, files: readonly ArchivedFile[]): Promise<void> {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  await (target.endsWith('.zip') ? writeZip(target, sorted) : writeTarGz(target, sorted));
}

async function writeTarGz(target: string, files: readonly ArchivedFile[]): Promise<void> {
  const pack = tar.pack();
  const written = pipeline(pack, createGzip({ level: 9 }), createWriteStream(target));
  for (const { path, content, isExecutable } of files) {
    pack.entry({ name: path, mode: modeOf(isExecutable), mtime: new Date(Date.UTC(YEAR, 0)) }, content);
  }
  pack.finalize();
  await written;
}

async function writeZip(target: string, files: readonly ArchivedFile[]): Promise<void> {
  const zip = new yazl.ZipFile();
  // Told in local time, which is how a zip keeps it: so every time zone gives the same.
  const mtime = new Date(YEAR, 0);
  for (const { path, content, isExecutable } of files) {
    zip.addBuffer(content, path, {
      mtime,
      // the whole st_mode: without its type nobody need take it for a file
      mode: constants.S_IFREG | modeOf(isExecutable),
      compressionLevel: 9,
      forceDosTimestamp: true,
    });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(target));
}

function modeOf(isExecutable: boolean): number {
  return isExecutable ? MODES.executable : MODES.other;
}
