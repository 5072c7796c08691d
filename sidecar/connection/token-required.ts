import { CompassError } from '#common/errors.ts';

const TOKEN_HINT = 'request a new one-time token in Compass and store it under TOKEN in the configuration Secret';

/** The one error that only a person can end, with what to do. */
export function tokenRequired(why: string, cause?: unknown): CompassError {
  return new CompassError('TokenRequired', `${why}; ${TOKEN_HINT}`, { cause });
}

/** An error that a new token ends, and says so. */
export function withTokenHint(error: CompassError): CompassError {
  return new CompassError(error.reason, `${error.message}; ${TOKEN_HINT}`, { requestId: error.requestId });
}
