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
