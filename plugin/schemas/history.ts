import { count, list, object, text, time } from '#common/resources/schema.ts';
import { documentSchema } from './document.ts';

const change = object(
  { time, kind: text, name: text, action: text },
  { cause: text, application: text, revision: count },
);

/** What `history -o json` prints, v1: additive changes only. */
export const HISTORY_SCHEMA = documentSchema(
  'What was changed of late, and why, v1',
  {
    connection: text,
    revisions: list(
      object(
        { time, changes: list(change) },
        {
          revision: count,
          why: text,
          request: text,
          by: text,
          plan: text,
          approvedBy: text,
          created: count,
          updated: count,
          deleted: count,
        },
      ),
    ),
  },
  { application: text },
);
