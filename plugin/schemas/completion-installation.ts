import { flag, text } from '#common/resources/schema.ts';
import { documentSchema } from './document.ts';

/** What `completion install -o json` prints, v1: additive changes only. */
export const COMPLETION_INSTALLATION_SCHEMA = documentSchema('Where the completion of kubectl compass was put, v1', {
  path: text,
  /** `created`, `replaced` or `unchanged`. */
  action: text,
  onPath: flag,
  dryRun: flag,
});
