import { text, time } from '#common/resources/schema.ts';
import { documentSchema } from './document.ts';

/** What `cert renew -o json` prints of the cluster's own certificate, v1: additive changes only. */
export const CERTIFICATE_RENEWAL_SCHEMA = documentSchema(
  'A renewal of the client certificate of a cluster, v1',
  { connection: text, source: text, message: text },
  { requestId: text, commonName: text, notBefore: time, notAfter: time, renewAt: time },
);
