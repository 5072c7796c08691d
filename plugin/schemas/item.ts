import type { Schema } from '#common/resources/conform.ts';
import { object, text } from '#common/resources/schema.ts';

const labels: Schema = { type: 'object', additionalProperties: text };

/** What every part of an Application has. `id` is Compass' own; `status.ready` is True, False or -. */
export const itemFields = {
  apiVersion: text,
  kind: text,
  metadata: object({ name: text }, { labels }),
  id: text,
  application: text,
  status: object({ ready: text }, { reason: text, message: text }),
};

/** How it is called: which Secrets hold what. */
export const access = {
  authentication: object({ type: text, secretName: text }, { tokenUrl: text, csrfTokenUrl: text }),
  parametersSecretName: text,
};
