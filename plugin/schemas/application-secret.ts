import type { Schema } from '#common/resources/conform.ts';
import { flag, object, text, time } from '#common/resources/schema.ts';

const labels: Schema = { type: 'object', additionalProperties: text };

/** What `get secrets -o json` prints of each, v1: additive changes only. No field holds a value of the Secret. */
export const APPLICATION_SECRET_SCHEMA = object(
  {
    apiVersion: text,
    kind: text,
    metadata: object({ name: text, namespace: text }, { creationTimestamp: time, labels }),
    application: text,
    bundle: text,
    bundleId: text,
    /** `credentials` or `parameters`. */
    use: text,
    /** `present`, `missing` or `not permitted`. */
    state: text,
  },
  { authentication: text, rotatedAt: time, fingerprint: text, published: flag },
);
