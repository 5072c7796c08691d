import { ANNOTATION_PREFIX } from './names.ts';

/** What can be asked of the sidecar by an annotation of the CompassConnection (the contract's table of requests). */
export const REQUEST_VERBS = [
  'sync',
  'renew',
  'reconnect',
  'disconnect',
  'check',
  'diff',
  'suspend',
  'resume',
  'approve',
  'reject',
] as const;

export type RequestVerb = (typeof REQUEST_VERBS)[number];

/** One request: the id lets the caller wait for its own. */
export interface SidecarRequest {
  readonly verb: RequestVerb;
  readonly id: string;
  /** `key=value` parts; keys that a reader does not know are ignored by it. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** What an annotation asks for, however it was written. */
export interface AnnotatedRequest extends SidecarRequest {
  /** Why nobody can be answered by its id: then the id stands for it, and is one that no request has. */
  readonly flaw?: string | undefined;
}

/** The annotation that carries requests of this verb; a second request replaces the first. */
export function requestAnnotation(verb: RequestVerb): string {
  return `${ANNOTATION_PREFIX}${verb}`;
}

/** What cannot stand in a part as it is: the separators, the escape sign itself, and control characters. */
const RESERVED = /[%;=\p{Cc}]/gu;

/** An id that is echoed into logs and the report: short, one line. */
const LONGEST_ID = 128;

/** More parts than any request has; the rest of an annotation, which may be of 256 KiB, is not looked at. */
const MOST_PARTS = 64;

/** The annotation's value: `<id>[;key=value…]`, in which `%`, `;`, `=` and control characters are percent-encoded. */
export function formatRequest(request: Omit<SidecarRequest, 'verb'>): string {
  const parts = Object.entries(request.parameters).map(([key, value]) => `${encode(key)}=${encode(value)}`);
  return [encode(request.id), ...parts].join(';');
}

/**
 * Reads an annotation's value. A part without `=` is taken as `true`; undefined where there is no id to answer to.
 * Takes values that were not encoded, too: an `=` inside a value stays.
 */
export function parseRequest(verb: RequestVerb, value: string): SidecarRequest | undefined {
  const { flaw, ...request } = readAnnotation(verb, value);
  return flaw === undefined ? request : undefined;
}

/** Of one part, which may be kept and shown: what is longer loses its end. */
const LONGEST_PART = 4 * 1024;

/** Reads an annotation's value as `parseRequest` does; one with a flaw has no parameters. */
export function readAnnotation(verb: RequestVerb, value: string): AnnotatedRequest {
  const [first = '', ...parts] = value.split(';', MOST_PARTS);
  const id = decode(first.trim());
  if (id === '') return { verb, id, parameters: {}, flaw: 'it has no id to answer to' };
  if (id.length <= LONGEST_ID) return { verb, id, parameters: readParameters(parts) };
  const flaw = `its id has ${id.length} characters, and ${LONGEST_ID} are the most`;
  return { verb, id: `${id.slice(0, LONGEST_ID).toWellFormed()}…`, parameters: {}, flaw };
}

function readParameters(parts: readonly string[]): Readonly<Record<string, string>> {
  const parameters: Record<string, string> = {};
  for (const part of parts) {
    const equals = part.indexOf('=');
    const key = readPart(equals < 0 ? part : part.slice(0, equals));
    if (key !== '' && key !== '__proto__') parameters[key] = equals < 0 ? 'true' : readPart(part.slice(equals + 1));
  }
  return parameters;
}

/** Every request in an object's annotations that can be answered, in the order of the verbs. */
export function readRequests(annotations?: Readonly<Record<string, string>>): SidecarRequest[] {
  return readAnnotations(annotations).filter(({ flaw }) => flaw === undefined);
}

/** Every request in an object's annotations, in the order of the verbs, also those with a flaw. */
export function readAnnotations(annotations: Readonly<Record<string, string>> = {}): AnnotatedRequest[] {
  return REQUEST_VERBS.flatMap((verb) => {
    const value = annotations[requestAnnotation(verb)];
    return value === undefined ? [] : [readAnnotation(verb, value)];
  });
}

function readPart(part: string): string {
  const text = decode(part.trim());
  return text.length <= LONGEST_PART ? text : text.slice(0, LONGEST_PART).toWellFormed();
}

function encode(text: string): string {
  return text.replace(RESERVED, encodeURIComponent);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
