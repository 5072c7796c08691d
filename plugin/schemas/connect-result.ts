import { count, flag, list, number, object, text, time } from '#common/resources/schema.ts';
import { documentSchema } from './document.ts';

const FIELDS = {
  connection: text,
  namespace: text,
  /** `none`, `client` or `server`. */
  dryRun: text,
  /** Whether the pairing was waited for. */
  waited: flag,
  elapsedSeconds: number,
  /** What the sidecar did, step by step: configuration, key, sign, store, prove. */
  steps: list(object({ time, step: text, status: text }, { message: text })),
};

const OPTIONAL = {
  /** The Secret, and `created` or `configured`. */
  configuration: object({ namespace: text, name: text, action: text }),
  connectorUrl: text,
  runtimeId: text,
  tenant: text,
  /** The way from here to the Connector; the cluster's own may be another. */
  reach: object(
    { ok: flag, host: text, port: count },
    { tlsVersion: text, proxy: text, latencyMs: number, clockSkewMs: number, reason: text, message: text },
  ),
  /** The certificate in use; its fingerprint is keyed, so that it tells nothing outside the cluster. */
  identity: object({ notBefore: time, notAfter: time, renewAt: time }, { fingerprint: text }),
  applications: object({ listed: count, inSync: count, failed: count }),
};

/** What `connect -o json` prints, v1: additive changes only. */
export const CONNECT_RESULT_SCHEMA = documentSchema('What came of connecting to Compass, v1', FIELDS, OPTIONAL);

/** What `reconnect -o json` prints, v1: additive changes only. */
export const RECONNECT_RESULT_SCHEMA = documentSchema('What came of pairing anew with Compass, v1', FIELDS, OPTIONAL);
