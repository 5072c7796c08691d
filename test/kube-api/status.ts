import type { JsonObject } from './json.ts';

/** One entry of Status.details.causes. */
export type Cause = { reason: string; message: string; field: string };

/** What a Status names in its details. */
export type Subject = { name?: string; group?: string; kind?: string };

/** A refusal as kubectl and client libraries read it: a Status of reason, message and HTTP code. */
export class ApiError extends Error {
  readonly code: number;
  readonly status: JsonObject;
  readonly headers: Record<string, string>;

  constructor(
    code: number,
    reason: string,
    message: string,
    details?: JsonObject,
    headers: Record<string, string> = {},
    options: ErrorOptions = {},
  ) {
    super(message, options);
    this.name = 'ApiError';
    this.code = code;
    this.headers = headers;
    this.status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message };
    if (reason !== '') this.status['reason'] = reason;
    if (details !== undefined) this.status['details'] = details;
    this.status['code'] = code;
  }
}

/** "configmaps" or "applications.applicationconnector.kyma-project.io": how messages name a resource or kind. */
export function qualified(kind: string, group: string): string {
  return group === '' ? kind : `${kind}.${group}`;
}

function details(subject: Subject): JsonObject {
  return {
    ...(subject.name ? { name: subject.name } : {}),
    ...(subject.group ? { group: subject.group } : {}),
    ...(subject.kind ? { kind: subject.kind } : {}),
  };
}

function label(subject: Subject): string {
  return `${qualified(subject.kind ?? '', subject.group ?? '')} "${subject.name ?? ''}"`;
}

export function notFound(subject: Subject): ApiError {
  return new ApiError(404, 'NotFound', `${label(subject)} not found`, details(subject));
}

/** The answer of a server that does not know the API group or version: plain text, as genuine servers give it. */
export class PageNotFound extends ApiError {
  constructor() {
    super(404, 'NotFound', '404 page not found');
  }
}

/** The path leads nowhere: the answer of a server that does not know the resource. */
export function unknownResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function alreadyExists(subject: Subject): ApiError {
  return new ApiError(409, 'AlreadyExists', `${label(subject)} already exists`, details(subject));
}

export function conflict(subject: Subject, why: string): ApiError {
  return new ApiError(409, 'Conflict', `Operation cannot be fulfilled on ${label(subject)}: ${why}`, details(subject));
}

export function badRequest(message: string, cause?: unknown): ApiError {
  return new ApiError(400, 'BadRequest', message, undefined, {}, { cause });
}

export function forbidden(subject: Subject, why: string): ApiError {
  const named = subject.name ? label(subject) : qualified(subject.kind ?? '', subject.group ?? '');
  return new ApiError(403, 'Forbidden', `${named} is forbidden: ${why}`, details(subject));
}

export function invalid(subject: Subject, causes: Cause[], cause?: unknown): ApiError {
  const lines = causes.map((cause) => (cause.field === '' ? cause.message : `${cause.field}: ${cause.message}`));
  const text = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  return new ApiError(
    422,
    'Invalid',
    `${label(subject)} is invalid: ${text}`,
    { ...details(subject), causes },
    {},
    { cause },
  );
}

export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message);
}

export function unsupportedMediaType(accepted: string[]): ApiError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new ApiError(415, 'UnsupportedMediaType', message);
}

/** What custom resources say of a verb that a subresource does not have. */
export function unsupportedVerb(verb: string, { kind = '', group = '' }: Subject): ApiError {
  const text = `${verb} is not supported on resources of kind "${qualified(kind, group)}"`;
  return new ApiError(405, 'MethodNotAllowed', text, details({ kind, group }));
}

export function methodNotAllowed(): ApiError {
  return new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

/** What a genuine server does and this test double does not: said, never guessed. */
export function notImplemented(what: string): ApiError {
  return new ApiError(
    501,
    'NotImplemented',
    `the embedded API server does not implement ${what}; use a genuine cluster`,
  );
}
