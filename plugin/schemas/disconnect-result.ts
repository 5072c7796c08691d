import { count, flag, list, object, text, time } from '#common/resources/schema.ts';
import { documentSchema } from './document.ts';

/** What `disconnect -o json` prints, v1: additive changes only. */
export const DISCONNECT_RESULT_SCHEMA = documentSchema(
  'What a disconnect came to, v1',
  {
    connection: text,
    revoke: flag,
    purgeApplications: flag,
    /** What is done, or would be. */
    plan: list(text),
  },
  {
    dryRun: text,
    /** Absent of a dry run, which makes none. */
    request: object({ id: text }, { accepted: time, finished: time }),
    message: text,
    counts: { type: 'object', additionalProperties: count },
  },
);
