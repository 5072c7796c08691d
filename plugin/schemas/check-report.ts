import { count, flag, list, object, text } from '#common/resources/schema.ts';
import { documentSchema } from './document.ts';

const result = object(
  { category: text, name: text, from: text, status: text, message: text },
  {
    code: text,
    reason: text,
    cause: text,
    localOnly: flag,
    facts: { type: 'object', additionalProperties: text },
    remediation: list(object({ text }, { command: list(text) })),
  },
);

const FIELDS = {
  namespace: text,
  counts: object({ ok: count, warning: count, error: count, skipped: count, suppressed: count, localOnly: count }),
  /** Every check that was made, good ones too. */
  results: list(result),
  /** What follows from the same way gone from two places: `here-only`, `agent-only` or `everywhere`. */
  conclusions: list(object({ category: text, kind: text, text })),
};

const OPTIONAL = { connection: text };

/** What `check -o json` prints, v1: additive changes only. */
export const CHECK_REPORT_SCHEMA = documentSchema('What the checks of a connection found, v1', FIELDS, OPTIONAL);

/** What `cert verify -o json` prints, v1: additive changes only. */
export const CERTIFICATE_VERIFICATION_SCHEMA = documentSchema(
  'Whether a client certificate is good, and accepted, v1',
  FIELDS,
  OPTIONAL,
);
