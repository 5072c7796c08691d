import type { Schema } from '#common/resources/conform.ts';
import { count, flag, list, object, text, time } from '#common/resources/schema.ts';
import { APPLICATION_SECRET_SCHEMA } from './application-secret.ts';
import { documentSchema, notPermitted } from './document.ts';
import { access } from './item.ts';

const texts: Schema = { type: 'object', additionalProperties: text };

const bundle = object(
  {
    id: text,
    name: text,
    displayName: text,
    description: text,
    apis: list(object({ id: text, name: text }, { targetUrl: text, gatewayUrl: text })),
    events: list(object({ id: text, name: text })),
  },
  access,
);

/** What `describe app -o json` prints, v1: additive changes only. */
export const APPLICATION_DESCRIPTION_SCHEMA = documentSchema(
  'An Application, what it has and where that comes from, v1',
  {
    connection: text,
    isOfConnection: flag,
    /** `inCluster` is false where it could not be created: then only name and id are known. */
    application: object(
      { name: text, inCluster: flag },
      {
        id: text,
        uid: text,
        createdAt: time,
        description: text,
        labels: texts,
        annotations: texts,
        clientIds: list(text),
      },
    ),
    status: object({ ready: text }, { reason: text, message: text }),
    bundles: list(bundle),
    secrets: list(APPLICATION_SECRET_SCHEMA),
    /** Which field of the object comes from where, and which field managers wrote it. */
    provenance: list(object({ field: text, value: text, from: text, managers: list(text) })),
    changes: list(object({ time, kind: text, name: text, action: text }, { cause: text, revision: count })),
    notPermitted: list(notPermitted),
  },
  {
    lastSync: time,
    events: list(object({ lastSeen: text, count, type: text, reason: text, message: text })),
  },
);
