import { flag, list, object, text, time } from '#common/resources/schema.ts';
import { documentSchema, notPermitted } from './document.ts';

const facts = { commonName: text, notBefore: time, notAfter: time, fingerprint: text, issuer: text, publicKey: text };
const certificate = object({ subject: text }, facts);

/** What `cert show -o json` prints, v1: additive changes only. */
export const CERTIFICATE_COMPARISON_SCHEMA = documentSchema(
  'The client certificate of a cluster as status, Secret and wire have it, v1',
  {
    connection: text,
    /** `state` is Read, Absent or NotPermitted. */
    sources: object({
      status: object({ state: text }, { why: text, ...facts }),
      secret: object({ state: text }, { why: text, keyIsPair: flag, ...facts }),
      wire: object({ state: text }, { why: text, sameAsStored: flag, ...facts }),
    }),
    differences: list(text),
    notPermitted: list(notPermitted),
  },
  { chain: list(certificate), ca: list(certificate) },
);
