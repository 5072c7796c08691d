import { text } from '#common/resources/schema.ts';
import { documentSchema } from './document.ts';

/** What `cert revoke -o json` prints of the cluster's own certificate, v1: additive changes only. */
export const CERTIFICATE_REVOCATION_SCHEMA = documentSchema(
  'A revocation of the client certificate of a cluster, v1',
  { connection: text, message: text },
  { requestId: text },
);
