import { CompassError, hasReason } from '#common/errors.ts';

/** What a write fails with that no second try helps: rights, quota, namespace, an immutable object, a webhook. */
export function isStoreRefusal(error: unknown): error is CompassError {
  return hasReason(error, 'ClusterForbidden', 'ClusterNotFound', 'NotInstalled', 'ClusterRefused');
}

/** The error as it is told: that something cannot be stored has one name, whatever keeps it from being stored. */
export function asStoreForbidden(error: unknown): unknown {
  if (!isStoreRefusal(error)) return error;
  return new CompassError('StoreForbidden', error.message, { cause: error, status: error.status });
}

/**
 * Whether a dry run failed as a dry run, which says nothing about the write itself: the server has none, or asks a webhook
 * that has side effects (400 in both cases). A webhook that denies may say 400 as well, and says that it denies.
 */
export function isUnprovable(error: unknown): error is CompassError {
  return error instanceof CompassError && error.status === 400 && !/denied the request/.test(error.message);
}
