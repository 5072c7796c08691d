import type { ListOptions, ObjectRef } from '#common/cluster/cluster.ts';
import type { Kind } from '#common/cluster/objects.ts';
import { collectionPath, objectPath, queryString } from '#common/cluster/paths.ts';
import { CompassError, isReason, type Reason } from '#common/errors.ts';

/** One question to the API server, and what it answered: one of the three. */
export interface Exchange {
  readonly ask: string;
  /** An object, the items of a list, or whatever else an address gave; null for an object that is not there. */
  readonly answer?: unknown;
  readonly error?: RecordedError;
}

/** An error as it is thrown once more at a replay. */
export interface RecordedError {
  readonly reason: Reason;
  readonly message: string;
  readonly status?: number;
  readonly next?: string;
  readonly requestId?: string;
}

export function recordedError({ reason, message, status, next, requestId }: CompassError): RecordedError {
  return {
    reason,
    message,
    ...(status === undefined ? {} : { status }),
    ...(next === undefined ? {} : { next }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** What was recorded, as it is thrown; a reason that only a later version knows has no exit code here. */
export function replayedError({ reason, message, ...options }: RecordedError): CompassError {
  return isReason(reason)
    ? new CompassError(reason, message, options)
    : new CompassError('NotInArchive', `${message} (${String(reason)}, which a later version has written)`);
}

/** How a question is found again: the same one has the same text. */
export function askObject(ref: ObjectRef): string {
  return `GET ${objectPath(ref)}`;
}

export function askList(kind: Kind, { namespace, labelSelector, fieldSelector, metadataOnly }: ListOptions): string {
  const query = queryString({ labelSelector, fieldSelector, metadataOnly });
  return `LIST ${collectionPath(kind, namespace)}${query}`;
}

export function askRaw(path: string): string {
  return `RAW ${path}`;
}

export function askPost(path: string, body: object): string {
  return `POST ${path} ${JSON.stringify(body)}`;
}
