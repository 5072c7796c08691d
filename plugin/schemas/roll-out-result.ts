import { count, flag, list, number, object, text } from '#common/resources/schema.ts';
import { documentSchema } from './document.ts';

const definition = object(
  { name: text, action: text, message: text, statusSubresource: flag },
  /** What is lost where ours takes the place of another. */
  { losses: list(text) },
);

/** `before` and `after` are of any type; the one that is not there is left out. */
const change = object({ path: text }, { before: {}, after: {} });

const changedObject = object(
  { apiVersion: text, kind: text, name: text, action: text },
  /** `unchecked`: the server was not asked, since the namespace of the object would be made first. */
  { namespace: text, unchecked: flag, changes: list(change) },
);

const REQUIRED = {
  version: text,
  namespace: text,
  integrationNamespace: text,
  connection: text,
  image: text,
  replicas: count,
  definitions: list(definition),
  objects: list(changedObject),
  elapsedSeconds: number,
};

const OPTIONAL = {
  previousVersion: text,
  dryRun: text,
  /** Absent where it was not waited for. */
  rollout: object({ replicas: count, ready: count, started: count }),
};

/** What `install -o json` prints, v1: additive changes only. */
export const INSTALL_RESULT_SCHEMA = documentSchema('What an installation came to, v1', REQUIRED, OPTIONAL);

/** What `upgrade -o json` prints, v1: additive changes only. */
export const UPGRADE_RESULT_SCHEMA = documentSchema('What an upgrade came to, v1', REQUIRED, OPTIONAL);
