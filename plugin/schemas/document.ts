import type { Schema } from '#common/resources/conform.ts';
import { count, type Fields, list, object, text, time } from '#common/resources/schema.ts';

const remediation = object({ text }, { command: list(text) });

/** A right that was missing, and the command that asks for it. */
export const notPermitted: Schema = object(
  { verb: text, resource: text, message: text },
  { namespace: text, remediation: list(remediation) },
);

/** A schema with its head: what is published. */
export type DocumentSchema = Schema & { readonly $schema: string; readonly title: string };

/** The schema of a document: what every one has, and its own fields. A failure is such a document without its own fields. */
export function documentSchema(title: string, required: Fields, optional: Fields = {}): DocumentSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    ...object(
      {
        apiVersion: text,
        kind: text,
        generatedAt: time,
        verdict: object({ status: text, exitCode: count }),
        ...required,
      },
      {
        error: object({ code: text, reason: text, message: text }, { requestId: text }),
        remediation: list(remediation),
        ...optional,
      },
    ),
  };
}
