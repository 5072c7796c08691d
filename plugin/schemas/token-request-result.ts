import { count, flag, object, text } from '#common/resources/schema.ts';
import { documentSchema } from './document.ts';

/** What `token request -o json` prints, v1: additive changes only. The token is not in it. */
export const TOKEN_REQUEST_RESULT_SCHEMA = documentSchema(
  'A one-time token that was asked for, v1',
  {
    /** `runtime` or `application`. */
    for: object({ kind: text, id: text, tenant: text }),
    /** The file that holds it. */
    out: text,
    /** `rawEncoded` or `token`. */
    format: text,
  },
  {
    /** These two are absent with --dry-run only. */
    connectorUrl: text,
    expiresAt: text,
    expiresInSeconds: count,
    /** Present, and true, where none was asked for. */
    dryRun: flag,
  },
);
