import { CompassError, hasReason } from '../errors.ts';
import type { Kind } from './objects.ts';

const BUILT_IN_GROUPS = /^(?:[^.]*|(?:coordination|apiextensions|authorization|rbac\.authorization)\.k8s\.io)$/;

/** Every API server has these: one that does not seem to serve them is none. */
function isBuiltIn({ apiVersion }: Kind): boolean {
  const [group = '', version] = apiVersion.split('/');
  return version === undefined || BUILT_IN_GROUPS.test(group);
}

/**
 * Whether a failed read means that the object is not there. A 404 that names no object is that of a kind that is missing; for
 * a kind that every API server has it comes from something before it, a load balancer say, and says nothing: throws
 * ClusterUnavailable.
 */
export function isAbsence(error: unknown, kind: Kind): boolean {
  if (hasReason(error, 'ClusterNotFound')) return true;
  if (!hasReason(error, 'NotInstalled')) return false;
  if (!isBuiltIn(kind)) return true;
  const { message, status } = error;
  throw new CompassError('ClusterUnavailable', `${message}; that is not what an API server says`, { status });
}
