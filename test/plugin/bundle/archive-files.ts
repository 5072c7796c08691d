import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

/** Every file of an archive by its path below its folder, read as any tar would. */
export async function archiveFiles(path: string): Promise<Map<string, string>> {
  const bytes = gunzipSync(await readFile(path));
  const files = new Map<string, string>();
  for (let at = 0; at + 512 <= bytes.length; ) {
    const name = bytes.toString('latin1', at, at + 100).replace(/\0.*$/s, '');
    if (name === '') break;
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 135), 8);
    files.set(name.replace(/^compass-report\//, ''), bytes.toString('utf8', at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/** All bytes of an archive, unpacked, as one text. */
export async function archiveText(path: string): Promise<string> {
  return gunzipSync(await readFile(path)).toString('latin1');
}

/** The eight-character pieces of a secret, in every form that it may have been written in, that a text holds. */
export function piecesLeft(text: string, secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return encoded.slice(before === 0 ? 0 : before + 1, -1);
  });
  const forms = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('hex'),
    ...base64,
    ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  const pieces = forms.flatMap((form) =>
    Array.from({ length: Math.max(1, form.length - PIECE + 1) }, (_, i) => form.slice(i, i + PIECE)),
  );
  return [...new Set(pieces)].filter((piece) => piece.length === PIECE && text.includes(piece));
}

const PIECE = 8;
