import { count, flag, list, object, text } from '#common/resources/schema.ts';
import { documentSchema } from './document.ts';

const problem = object(
  { code: text, reason: text, message: text },
  { remediation: list(object({ text }, { command: list(text) })) },
);

const FIELDS = {
  /** The version of the archive's files. */
  format: text,
  /** The version of the plugin that made it. */
  plugin: text,
  namespace: text,
  anonymized: flag,
  /** Each part: `ok`, `partial`, `failed` or `off`. */
  collectors: list(
    object({ name: text, what: text, status: text, items: count, notes: list(text), problems: list(problem) }),
  ),
  /** What is not in the archive, and why. */
  withheld: list(object({ what: text, why: text }, { count })),
  redaction: object({ knownValues: count, selfTest: object({ tried: count, passed: flag }) }),
};

const OPTIONAL = { connection: text };

/** What `report -o json` prints, v1: additive changes only. */
export const REPORT_ARCHIVE_SCHEMA = documentSchema(
  'An archive of a connection, and what is in it, v1',
  { ...FIELDS, archive: object({ path: text, bytes: count }) },
  OPTIONAL,
);

/** The file manifest.json of an archive, v1: additive changes only. */
export const REPORT_MANIFEST_SCHEMA = documentSchema(
  'What is in an archive of a connection, and what is not, v1',
  { ...FIELDS, files: list(object({ path: text, bytes: count, sha256: text })) },
  OPTIONAL,
);
