import { isRecord, parseJson } from '../json.ts';
import { ANNOTATION_PREFIX } from './names.ts';

/**
 * On the client Secret: what a reader beside a workload needs to know of the connection and cannot see from the certificate.
 * An annotation, so that the Secret's keys are those of the reference agent. Nothing in it is secret.
 */
export const DETAILS_ANNOTATION = `${ANNOTATION_PREFIX}connection-details`;

const SCHEMA_VERSION = 'v1';

/** Many times what the URLs and ids weigh, in characters. */
const LONGEST = 16 * 1024;

/** Where Compass is and who the Runtime is there, for one certificate. */
export interface ConnectionDetails {
  /** SHA-256 of the certificate in lower-case hex: for any other one the rest says nothing. */
  readonly fingerprint: string;
  readonly connectorUrl: string;
  readonly directorUrl: string;
  readonly tenant?: string | undefined;
  readonly runtimeId: string;
}

/** The annotation's value: the same details are the same text. */
export function renderDetails(details: ConnectionDetails): string {
  const { fingerprint, connectorUrl, directorUrl, tenant, runtimeId } = details;
  return JSON.stringify({ schemaVersion: SCHEMA_VERSION, fingerprint, connectorUrl, directorUrl, tenant, runtimeId });
}

/** Reads what it knows and ignores the rest. A text is why there are none: no JSON, something missing, a later version. */
export function readDetails(text: string): ConnectionDetails | string {
  const raw = text.length > LONGEST ? undefined : parseJson(text);
  if (!isRecord(raw)) return 'it is not JSON of an object';
  const { schemaVersion, fingerprint, connectorUrl, directorUrl, tenant, runtimeId } = raw;
  if (schemaVersion !== SCHEMA_VERSION)
    return `its version is not ${SCHEMA_VERSION}, which is what this program can read`;
  if (!(isText(fingerprint) && isText(connectorUrl) && isText(directorUrl) && isText(runtimeId)))
    return 'something is missing in it';
  return { fingerprint, connectorUrl, directorUrl, runtimeId, ...(typeof tenant === 'string' ? { tenant } : {}) };
}

function isText(part: unknown): part is string {
  return typeof part === 'string' && part !== '';
}
