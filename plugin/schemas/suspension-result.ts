import { object, text, time } from '#common/resources/schema.ts';
import { documentSchema } from './document.ts';

const ASKED = {
  dryRun: text,
  /** Absent of a dry run, which makes none. */
  request: object({ id: text }, { accepted: time, finished: time }),
  message: text,
};

/** What `suspend -o json` prints, v1: additive changes only. */
export const SUSPEND_RESULT_SCHEMA = documentSchema(
  'What a request to suspend came to, v1',
  { connection: text, scope: text, reason: text },
  { ...ASKED, until: time, by: text },
);

/** What `resume -o json` prints, v1: additive changes only. */
export const RESUME_RESULT_SCHEMA = documentSchema('What a request to resume came to, v1', { connection: text }, ASKED);
