import { count, flag, list, object, text, time } from '#common/resources/schema.ts';
import { secretSchema } from './connection-tree.ts';
import { documentSchema, notPermitted } from './document.ts';

const application = object(
  {
    name: text,
    /** False where it could not be created. */
    inCluster: flag,
    status: object({ ready: text }, { reason: text, message: text }),
  },
  { id: text, connection: { ...text, description: 'who keeps it; absent where it is not from Compass' } },
);

/** What `trace -o json` prints, v1: additive changes only. */
export const TRACE_SCHEMA = documentSchema('Where a Secret, an Application or a URL comes from, v1', {
  asked: object({ type: text }, { name: text, namespace: text, url: text }),
  connection: object({ name: text, namespace: text }, { state: text, runtimeId: text, tenant: text }),
  traces: list(
    object(
      { secrets: list(secretSchema), apis: list(object({ id: text, name: text })) },
      {
        url: object({ use: text, url: text }),
        purpose: text,
        bundle: object({ id: text, name: text, displayName: text }),
        application,
        lastChange: object({ time, kind: text, name: text, action: text }, { cause: text, revision: count }),
      },
    ),
  ),
  notPermitted: list(notPermitted),
});
