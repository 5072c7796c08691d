import { count, list, number, object, text, time } from '#common/resources/schema.ts';
import { documentSchema } from './document.ts';

const change = object({ kind: text, name: text, action: text, cause: text });
const failure = object({ name: text, id: text, reason: text, message: text });

/** What `sync -o json` prints, v1: additive changes only. */
export const SYNC_RESULT_SCHEMA = documentSchema(
  'What a synchronization came to, v1',
  {
    connection: text,
    /** Of this synchronization, the last ones: the report keeps fifty. */
    changes: list(change),
    failures: list(failure),
  },
  {
    dryRun: text,
    request: object({ id: text }, { accepted: time, finished: time, by: text }),
    counts: { type: 'object', additionalProperties: count },
    /** Absent where the listing was complete. */
    incompleteBecause: text,
    revision: count,
    held: object({ id: text, count, names: list(text) }, { since: time, budget: count, why: text }),
    suspended: object({ scope: text }, { until: text, reason: text, by: text, since: time, waiting: count }),
    /** Of an agent without a report. */
    state: text,
    tookSeconds: number,
  },
);
