import { CompassError } from '#common/errors.ts';
import { isRecord, parseJson } from '#common/json.ts';
import { invalidArchive, readArchive } from '../archive-reader.ts';
import { ARCHIVE_FORMAT, HEAD_FILE, MANIFEST_FILE, REPLAY_FILE } from '../layout.ts';
import type { Replay } from './replay.ts';

/**
 * What an archive is replayed from. It is read to its end, and every file in it must be the one that its manifest lists.
 * Throws ArchiveInvalid where it is damaged, cut off, of another program, or of a later version; NotInArchive where
 * it was made without anything to replay.
 */
export async function openArchive(path: string): Promise<Replay> {
  const texts = new Map<string, string>();
  const digests = new Map<string, string>();
  const isKept = (name: string) => [HEAD_FILE, REPLAY_FILE, MANIFEST_FILE].includes(name);
  for await (const { path: name, sha256, text } of readArchive(path, isKept)) {
    if (digests.size === 0) requireHead(path, name, text);
    if (digests.has(name)) throw invalidArchive(path, `it holds ${name} twice`);
    digests.set(name, sha256);
    if (text !== undefined) texts.set(name, text);
  }
  requireWhole(path, texts.get(MANIFEST_FILE), digests);
  const text = texts.get(REPLAY_FILE);
  if (text === undefined) throw new CompassError('NotInArchive', `${path} holds nothing that can be replayed`);
  const replay = parseJson(text);
  if (!isReplay(replay)) throw invalidArchive(path, `${REPLAY_FILE} cannot be read`);
  return replay;
}

/** The first file says what all of it is. */
function requireHead(path: string, name: string, text: string | undefined): void {
  const head = name === HEAD_FILE ? parseJson(text ?? '') : undefined;
  if (!isRecord(head) || head['kind'] !== 'CollectedReport') throw invalidArchive(path, 'it is something else');
  const format = String(head['format']);
  if (format !== ARCHIVE_FORMAT) {
    throw invalidArchive(
      path,
      `its format is ${JSON.stringify(format.slice(0, 20))}, and this program reads ${ARCHIVE_FORMAT}`,
    );
  }
}

/** The last file lists the others. */
function requireWhole(path: string, text: string | undefined, digests: ReadonlyMap<string, string>): void {
  const manifest = parseJson(text ?? '');
  const files = isRecord(manifest) ? manifest['files'] : undefined;
  if (!Array.isArray(files)) throw invalidArchive(path, 'it has no manifest: it was cut off');
  const listed = new Map(files.filter(isRecord).map((file) => [String(file['path']), String(file['sha256'])]));
  for (const [name, sha256] of listed) {
    if (digests.get(name) !== sha256) throw invalidArchive(path, `${JSON.stringify(name)} is not what was written`);
  }
  const foreign = [...digests.keys()].find((name) => name !== MANIFEST_FILE && !listed.has(name));
  if (foreign !== undefined) throw invalidArchive(path, `${JSON.stringify(foreign)} was added to it`);
}

/** As much as the replay itself leans on; what was recorded of the cluster is what a cluster may say. */
function isReplay(value: unknown): value is Replay {
  if (!isRecord(value)) return false;
  const { at, server, flags, exchanges, check, diff, applications } = value;
  const isOptional = (part: unknown, isGood: (part: unknown) => boolean) => part === undefined || isGood(part);
  return (
    Number.isSafeInteger(at) &&
    typeof server === 'string' &&
    isRecord(flags) &&
    Array.isArray(exchanges) &&
    exchanges.every((one) => isRecord(one) && typeof one['ask'] === 'string') &&
    isOptional(check, isRecord) &&
    isOptional(diff, isRecord) &&
    isOptional(applications, Array.isArray)
  );
}
