import { count, object, text, time } from '#common/resources/schema.ts';
import { OPTIONAL_PLAN_FIELDS, PLAN_FIELDS } from '#common/sync/plan-schema.ts';
import { documentSchema } from './document.ts';

/** What `diff -o json` prints, v1: additive changes only. */
export const DIFF_SCHEMA = documentSchema(
  'What a synchronization would change, v1',
  {
    connection: text,
    /** `sidecar`, or `direct` where the plugin computed it itself. */
    source: text,
    computedAt: time,
    ...PLAN_FIELDS,
  },
  {
    ...OPTIONAL_PLAN_FIELDS,
    /** What is suspended: nothing of that happens before it is over. */
    suspended: object({ scope: text }, { until: text, reason: text, by: text, since: time, waiting: count }),
  },
);
