import type { Secret } from '#common/cluster/objects.ts';
import { readStored, type StoredCredential } from '#common/pki/certificate.ts';
import { joinPem, readPem } from '#common/pki/pem.ts';
import { type ConnectionDetails, DETAILS_ANNOTATION, readDetails } from '#common/resources/connection-details.ts';
import { CONNECTION_ANNOTATION } from '#common/resources/names.ts';

/** One version of the client Secret that holds a matching pair: what belongs together, and is handed on together. */
export interface CredentialSet {
  readonly credential: StoredCredential;
  /** The name of the CompassConnection; undefined beside the reference agent, which marks nothing. */
  readonly connection: string | undefined;
  /** Undefined where the Secret says nothing of this very certificate. */
  readonly details: ConnectionDetails | undefined;
  /** Why there are no details; undefined where nobody wrote any. */
  readonly flaw: string | undefined;
}

/** Its dates are for whoever presents the certificate to judge: a pair is a pair also by a clock that is wrong. */
const WHENEVER = 0;

/** Throws InvalidCredential where the Secret holds no matching pair. */
export function readSet({ data = {}, metadata: { annotations = {} } }: Secret): CredentialSet {
  const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString('utf8');
  const credential = readStored({ crt: text('crt'), key: text('key'), crtChain: text('crtChain') }, WHENEVER);
  const written = annotations[DETAILS_ANNOTATION];
  const details = written === undefined ? undefined : readDetails(written);
  return {
    credential,
    connection: annotations[CONNECTION_ANNOTATION],
    ...judgeDetails(details, credential.fingerprint),
  };
}

function judgeDetails(
  details: ConnectionDetails | string | undefined,
  fingerprint: string,
): Pick<CredentialSet, 'details' | 'flaw'> {
  if (details === undefined) return { details: undefined, flaw: undefined };
  if (typeof details === 'string') return { details: undefined, flaw: details };
  if (details.fingerprint === fingerprint) return { details, flaw: undefined };
  return { details: undefined, flaw: 'it is of another certificate' };
}

/** The certificates of the CAs in the chain, in its order; PEM, empty where there are none. */
export function issuersOf({ certificateChain }: Pick<StoredCredential, 'certificateChain'>): string {
  return joinPem(readPem(certificateChain).certificates.slice(1));
}
