import { createHash } from 'node:crypto';

/** What everything in an archive lies below, so that it unpacks into one folder. */
export const ARCHIVE_FOLDER = 'compass-report';

/** The first file: what this is, and of what. Without it no archive is ours. */
export const HEAD_FILE = 'report.json';

/** What `status`, `check` and `diff` are replayed from. */
export const REPLAY_FILE = 'replay.json';

/** The last file: what is in the archive, and what is not. Without it the archive was cut off. */
export const MANIFEST_FILE = 'manifest.json';

/** The version of all of it: within one, files and fields are only added. */
export const ARCHIVE_FORMAT = 'v1';

/** What a tar of this kind takes leaves so much for the name of a Pod, whose logs have a folder and numbers. */
const LONGEST_POD = 60;
const DIGITS = 8;

/** What the files of a Pod are called: its name; of a long one the beginning, and digits that no other has. */
export function podFile(name: string): string {
  if (name.length <= LONGEST_POD) return name;
  const digits = createHash('sha256').update(name).digest('hex').slice(0, DIGITS);
  return `${name.slice(0, LONGEST_POD - DIGITS - 1)}-${digits}`;
}
