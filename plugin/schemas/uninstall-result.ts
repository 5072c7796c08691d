import { list, object, text } from '#common/resources/schema.ts';
import { documentSchema } from './document.ts';

/** `keys`: what of a Secret that somebody else uses as well. */
const OBJECT = [
  { apiVersion: text, kind: text, name: text },
  { namespace: text, keys: list(text) },
] as const;

const kept = object({ ...OBJECT[0], reason: text }, OBJECT[1]);

/** What `uninstall -o json` prints, v1: additive changes only. */
export const UNINSTALL_RESULT_SCHEMA = documentSchema(
  'What an uninstallation came to, v1',
  {
    namespace: text,
    connection: text,
    /** What is done, or would be. */
    plan: list(text),
    removed: list(object(...OBJECT)),
    kept: list(kept),
  },
  {
    dryRun: text,
    /** Names of those that were deleted; absent where that was not asked for. */
    applications: list(text),
    definitions: list(object({ name: text, action: text }, { reason: text })),
    revocation: text,
  },
);
