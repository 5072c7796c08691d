import { flag, list, object, text } from '#common/resources/schema.ts';
import { documentSchema, notPermitted } from './document.ts';

/** What `version -o json` prints, v1: additive changes only. With --client, or without a cluster, `client` alone. */
export const VERSION_REPORT_SCHEMA = documentSchema(
  'Versions of plugin, sidecar and definitions, v1',
  { client: object({ version: text }) },
  {
    server: text,
    kubernetes: text,
    sidecars: list(object({ connection: text, namespace: text, skew: text }, { version: text })),
    definitions: list(
      object(
        { kind: text, apiVersion: text, served: flag },
        { statusSubresource: flag, columns: list(text), keepsConditions: flag },
      ),
    ),
    notPermitted: list(notPermitted),
    /** The worst of the sidecars': `ok`, `unsupported` or `unknown`. */
    skew: text,
  },
);
