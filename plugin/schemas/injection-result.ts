import { flag, list, object, text } from '#common/resources/schema.ts';
import { documentSchema } from './document.ts';

const fields = {
  /** Each with what became of it: injected, updated, ejected, unchanged. */
  workloads: list(object({ kind: text, name: text, action: text }, { namespace: text })),
  /** Roles and bindings: created, configured, unchanged, deleted, kept; printed with a manifest. */
  rights: list(object({ name: text, action: text }, { namespace: text, why: text })),
  notes: list(text),
  warnings: list(text),
};

const optional = {
  dryRun: text,
  /** The changed manifests, with -f. */
  manifest: text,
  /** How the rollout ended, where it was waited for. */
  rollout: text,
};

/** What `inject -o json` prints, v1: additive changes only. */
export const INJECT_RESULT_SCHEMA = documentSchema('What an injection came to, v1', fields, {
  ...optional,
  sidecar: object({ mode: text, native: flag, image: text, folder: text, secret: text }),
});

/** What `eject -o json` prints, v1: additive changes only. */
export const EJECT_RESULT_SCHEMA = documentSchema('What an ejection came to, v1', fields, optional);
