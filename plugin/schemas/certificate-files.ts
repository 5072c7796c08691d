import { object, text, time } from '#common/resources/schema.ts';
import { documentSchema } from './document.ts';

/** What `cert issue`, `cert renew` and `cert revoke` print of a credential in files, v1: additive changes only. */
export const CERTIFICATE_FILES_SCHEMA = documentSchema(
  'A client certificate in files, v1',
  { message: text, files: object({ key: text, certificate: text }, { chain: text, ca: text }) },
  {
    identity: object(
      { subject: text, fingerprint: text, notBefore: time, notAfter: time },
      { connectorUrl: text, certificateSecuredConnectorUrl: text, directorUrl: text },
    ),
  },
);
