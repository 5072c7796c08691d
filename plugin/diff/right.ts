import { CompassError, hasReason } from '#common/errors.ts';
import { canICommand, describeRight, type MissingRight, rightRefused } from '../connection/right.ts';

/** Reads something by a right; where that is missing, the error names it and the command that asks for it. */
export async function withRight<T>(right: MissingRight, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (hasReason(error, 'ClusterForbidden')) throw missing(right, error);
    throw error;
  }
}

/** The cluster's own words for a refusal, which begin with verb, resource and namespace, and the command that asks for the right. */
export function namingRight(error: CompassError): CompassError {
  if (error.next !== undefined) return error;
  const right = rightRefused(error);
  return right ? missing(right, error) : error;
}

function missing(right: MissingRight, cause: CompassError): CompassError {
  const { status } = cause;
  return new CompassError('ClusterForbidden', describeRight(right), { cause, status, next: canICommand(right) });
}
