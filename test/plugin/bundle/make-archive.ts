import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { tarFilling, tarHeader } from '../../../plugin/bundle/tar.ts';

/** A header and a content of a file, as they lie in a tar; `change` may spoil the header, whose checksum is made good again. */
export function tarFile(name: string, content: string | Buffer, change?: (header: Buffer) => void): Buffer {
  const bytes = Buffer.from(content);
  const header = tarHeader({ name: 'compass-report/x', size: bytes.length }, 0);
  header.fill(0, 0, 100);
  header.write(name, 0, 'latin1');
  change?.(header);
  header.fill(' ', 148, 156);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([header, bytes, Buffer.alloc(tarFilling(bytes.length))]);
}

export const HEAD = JSON.stringify({ kind: 'CollectedReport', format: 'v1' });

export const REPLAY = JSON.stringify({ at: 1_000, server: 'https://127.0.0.1:1', flags: {}, exchanges: [] });

/** The manifest of files that lie below the archive's folder. */
export function manifestOf(files: Readonly<Record<string, string>>): string {
  const listed = Object.entries(files).map(([path, text]) => ({
    path,
    sha256: createHash('sha256').update(text).digest('hex'),
  }));
  return JSON.stringify({ kind: 'ReportManifest', files: listed });
}

/** An archive as the program writes it, of nothing. */
export function wholeArchive(more: Readonly<Record<string, string>> = {}): Buffer[] {
  const files = { 'report.json': HEAD, 'replay.json': REPLAY, ...more };
  return [
    ...Object.entries({ ...files, 'manifest.json': manifestOf(files) }).map(([path, text]) =>
      tarFile(`compass-report/${path}`, text),
    ),
    Buffer.alloc(1024),
  ];
}

export async function writeArchive(path: string, parts: readonly Buffer[]): Promise<void> {
  await writeFile(path, gzipSync(Buffer.concat(parts)));
}
