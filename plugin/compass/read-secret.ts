import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { quotedPath } from '../quoted.ts';
import { reasonOfInterruption } from '../wait/interruption.ts';
import { whyUnread } from '../why-unread.ts';

/** More than any token or login of anybody. */
const LONGEST_BYTES = 64 * 1024;

/** A secret from stdin: all that is piped in, or one line that is typed or pasted on a terminal, where it is not shown. */
export async function readSecretFromStdin(
  { stdin, stderr, interrupted }: Pick<Invocation, 'stdin' | 'stderr' | 'interrupted'>,
  what: string,
): Promise<string> {
  if (!stdin.isTerminal) return decodeText(await readWhole(stdin.stream, what));
  // The terminal itself shows nothing while the line is read key by key, and what readline would show goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const asking = createInterface({ input: stdin.stream, output: nowhere, terminal: true });
  const ended = new AbortController();
  asking.once('SIGINT', () => ended.abort('SIGINT'));
  const signal = AbortSignal.any([interrupted, ended.signal]);
  stderr.write(`${what} (it is not shown): `);
  try {
    return await asking.question('', { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    // biome-ignore lint/style/useErrorCause: an interruption has no cause that would tell more
    throw new CompassError(reasonOfInterruption(signal), 'interrupted; nothing was done');
  } finally {
    asking.close();
    stderr.write('\n');
  }
}

/** A secret from a file. Throws Usage, with the flag and no content, where it cannot be read. */
export async function readSecretFromFile(flag: string, file: string): Promise<string> {
  try {
    return decodeText(await readFile(file));
  } catch (error) {
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError('Usage', `--${flag} ${quotedPath(file)} cannot be read: ${whyUnread(error)}`, {
      cause: error,
    });
  }
}

async function readWhole(stream: NodeJS.ReadableStream, what: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > LONGEST_BYTES) throw new CompassError('Usage', `stdin holds more than ${what} can be`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** UTF-8; or UTF-16 where its byte order mark says so, which is what PowerShell's `>` writes. */
function decodeText(bytes: Buffer): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return bytes.subarray(2).toString('utf16le');
  return bytes.toString('utf8');
}
