import { count, list, object, text } from '#common/resources/schema.ts';
import { documentSchema } from './document.ts';

/** What `explain -o json` prints, v1: additive changes only. */
export const EXPLANATION_SCHEMA = documentSchema('What codes, states and conditions mean, v1', {
  explanations: list(
    object(
      {
        name: text,
        /** `reason`, `state`, `condition` or `plan`. */
        subject: text,
        meaning: text,
        causes: list(text),
        byItself: text,
        remediation: list(object({ text }, { command: list(text) })),
      },
      { code: text, exitCode: count, retry: text },
    ),
  ),
});
