import { count, flag, list, object, text } from '#common/resources/schema.ts';
import { documentSchema, notPermitted } from './document.ts';

const remediation = list(object({ text }, { command: list(text) }));

/** What `migrate from-agent -o json` prints, v1: additive changes only. */
export const MIGRATION_SCHEMA = documentSchema(
  'A migration from the reference agent: its plan, or what came of it, v1',
  {
    /** `plan`, `apply` or `rollback`. */
    action: text,
    /** `none`, `client` or `server`. */
    dryRun: text,
    /** Who keeps the connection at the end: `agent`, `sidecar`, `both` or `neither`. */
    phase: text,
    /** As it was found; `replicasBefore` is what it goes back to. */
    agent: object({ namespace: text, name: text, replicas: count }, { replicasBefore: count, stoppedAt: text }),
    sidecar: object({ namespace: text, name: text, installed: flag }),
    /** What was looked at beforehand: `ok`, `warning`, `error` (in the way) or `skipped`. */
    findings: list(object({ name: text, status: text, message: text }, { reason: text, code: text, remediation })),
    /** Those of the agent; `as` is the name with the sidecar, absent where a setting is not carried over. */
    settings: list(object({ name: text }, { value: text, as: text, note: text })),
    /** `planned`, `done` or `unchanged`. */
    steps: list(object({ step: text, status: text, message: text })),
  },
  {
    /** Compared by name and UID. */
    applications: object({
      before: count,
      after: count,
      missing: list(text),
      replaced: list(text),
      added: list(text),
    }),
    notPermitted: list(notPermitted),
  },
);
