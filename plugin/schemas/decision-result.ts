import { count, list, object, text, time } from '#common/resources/schema.ts';
import { documentSchema } from './document.ts';

const REQUIRED = {
  connection: text,
  /** As it was shown before it was decided on. */
  plan: object(
    { id: text, count, names: list(text) },
    { since: time, budget: count, why: text, goesAt: time, decision: text },
  ),
};

const OPTIONAL = {
  dryRun: text,
  /** Absent of a dry run, which makes none. */
  request: object({ id: text }, { accepted: time, finished: time }),
  by: text,
  message: text,
};

/** What `approve deletions -o json` prints, v1: additive changes only. */
export const APPROVAL_RESULT_SCHEMA = documentSchema('What an approval of held deletions came to, v1', REQUIRED, {
  ...OPTIONAL,
  /** Each Application that the plan named: `deleted`, `failed`, `kept` or `unknown`. */
  applications: list(object({ name: text, result: text }, { reason: text, message: text })),
});

/** What `reject -o json` prints, v1: additive changes only. */
export const REJECTION_RESULT_SCHEMA = documentSchema(
  'What a rejection of held deletions came to, v1',
  REQUIRED,
  OPTIONAL,
);
