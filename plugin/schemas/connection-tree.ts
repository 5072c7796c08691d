import { count, flag, list, object, text, time } from '#common/resources/schema.ts';
import { documentSchema, notPermitted } from './document.ts';

/** A Secret by its metadata; no field holds a value. `state` is `present`, `missing` or `not permitted`. */
export const secretSchema = object(
  { namespace: text, name: text, use: text, state: text },
  { authentication: text, createdAt: time, rotatedAt: time, fingerprint: text, published: flag },
);

const inside = { bundles: count, apis: count, events: count, secrets: count, missingSecrets: count };

const bundle = object({
  id: text,
  name: text,
  displayName: text,
  secrets: list(secretSchema),
  apis: list(object({ id: text, name: text, secrets: list(text) }, { gatewayUrl: text, targetUrl: text })),
  events: list(object({ id: text, name: text })),
});

const application = object(
  {
    name: text,
    /** False where it could not be created. */
    inCluster: flag,
    status: object({ ready: text }, { reason: text, message: text }),
    counts: object(inside),
  },
  { id: text, bundles: list(bundle) },
);

/** What `tree -o json` prints, v1: additive changes only. */
export const CONNECTION_TREE_SCHEMA = documentSchema(
  'A connection to Compass and all that hangs on it, v1',
  {
    connection: object({ name: text, namespace: text }, { state: text, runtimeId: text, tenant: text }),
    counts: object({ applications: count, ...inside, failed: count, held: count }),
    applications: list(application),
    areSecretsPublished: flag,
    notPermitted: list(notPermitted),
  },
  { omitted: { ...count, description: 'how many Applications --limit left out' } },
);
