import { CompassError, type Reason } from '#common/errors.ts';

/** Why one Application is not, or not wholly, as the Director lists it. The others are not concerned. */
export interface Problem {
  readonly reason: Reason;
  readonly message: string;
}

/** What is wrong with the Application itself or with what is in its way: it stays wrong until a person changes it. */
const LASTING: readonly Reason[] = [
  'InvalidName',
  'NameConflict',
  'ForeignObject',
  'InvalidApplication',
  'UnknownCredential',
  'InsufficientScopes',
  'ObjectTooLarge',
  'AnswerTooLarge',
  'ClusterRefused',
  'ClusterForbidden',
];

/** Whether a problem is worth a note on the object: one that passes by itself would only cause writes. */
export function isLasting(problem: Problem): boolean {
  return LASTING.includes(problem.reason);
}

/** What API server and etcd say of an object that is larger than they take; neither has a reason of its own for it. */
export function isTooLarge(error: CompassError): boolean {
  return error.status === 413 || /\b(?:request|entity) (?:is )?too large\b/i.test(error.message);
}

/** A problem as the error to throw where the Application cannot be written. */
export function problemError(problem: Problem): CompassError {
  return new CompassError(problem.reason, problem.message);
}
