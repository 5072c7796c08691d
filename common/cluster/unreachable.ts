import { CompassError } from '../errors.ts';
import { describeRequest, type RequestSubject } from './translate.ts';

export const TIMED_OUT = 'ETIMEDOUT';
export const CANCELLED = 'ABORT_ERR';

/** The code of an error of the network or the file system. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

const PHRASES: Readonly<Record<string, string>> = {
  [TIMED_OUT]: 'no answer in time',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'host not found for now',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an unknown authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  CERT_HAS_EXPIRED: 'its certificate has expired',
};

/** The error of a request that got no whole answer; Stopping where that was our own doing. */
export function unreachable(subject: RequestSubject, server: string, code: string, maybeDone: boolean): CompassError {
  if (code === CANCELLED)
    return new CompassError('Stopping', `cannot ${describeRequest(subject)}: cancelled`, { maybeDone });
  const phrase = PHRASES[code];
  const why = phrase === undefined ? code : `${phrase} (${code})`;
  return new CompassError('ClusterUnreachable', `cannot ${describeRequest(subject)}: ${server}: ${why}`, { maybeDone });
}
