import { readFile } from 'node:fs/promises';
import { getSystemErrorMessage } from 'node:util';
import { CompassError, messageOf } from '#common/errors.ts';
import type { Invocation } from '../../command.ts';
import { quotedPath } from '../../quoted.ts';

/** A manifest as it was read. */
export interface Manifest {
  /** The file, or `stdin`. */
  readonly name: string;
  readonly text: string;
}

/** More than any manifest. */
const LONGEST_BYTES = 64 * 1024 * 1024;

/** The manifests that `-f` names, in their order. Throws Usage for what cannot be read or is no text. */
export async function readManifests(
  { stdin }: Pick<Invocation, 'stdin'>,
  files: readonly string[],
): Promise<readonly Manifest[]> {
  if (files.filter((file) => file === '-').length > 1) {
    throw new CompassError('Usage', '-f - can be given once: stdin is there only once');
  }
  const manifests: Manifest[] = [];
  for (const file of files) {
    const name = file === '-' ? 'stdin' : quotedPath(file);
    const bytes = file === '-' ? await readStream(stdin.stream) : await readWhole(file);
    manifests.push({ name, text: decode(bytes, name) });
  }
  return manifests;
}

async function readStream(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > LONGEST_BYTES) throw new CompassError('Usage', `stdin holds more than ${LONGEST_BYTES} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

async function readWhole(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    const why = errno === undefined ? messageOf(error) : getSystemErrorMessage(errno);
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError('Usage', `-f ${quotedPath(file)} cannot be read: ${why}`, { cause: error });
  }
}

/** What is no UTF-8 could not be given back byte for byte. */
function decode(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // biome-ignore lint/style/useErrorCause: the decoder's error says no more
    throw new CompassError('Usage', `${name} is not UTF-8 text`);
  }
}
