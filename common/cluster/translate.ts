import type { IncomingHttpHeaders } from 'node:http';
import { CompassError, type Reason } from '../errors.ts';
import { isRecord, parseJson } from '../json.ts';
import { redact } from '../redact.ts';

/** What a request was about, for messages and metrics. */
export interface RequestSubject {
  /** As RBAC names it: get, list, watch, create, update, patch, delete. */
  readonly verb: string;
  /** Plural and group, `applications.applicationconnector.kyma-project.io`, or a path. */
  readonly resource: string;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

/** The parts of a `metav1.Status` that say what went wrong. */
interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: { readonly name?: string; readonly retryAfterSeconds?: number };
}

/** A server's message may quote values (webhooks do, validation does); what is longer than this is no message for people. */
const LONGEST_MESSAGE = 500;

/** `patch secrets "a" in namespace "b"`. */
export function describeRequest({ verb, resource, name, namespace }: RequestSubject): string {
  const object = name === undefined ? resource : `${resource} "${name}"`;
  return namespace === undefined ? `${verb} ${object}` : `${verb} ${object} in namespace "${namespace}"`;
}

/** The parts of a Status that have the shape they should have; undefined where it is none. */
function readStatus(value: unknown): Status | undefined {
  if (!isRecord(value) || value['kind'] !== 'Status') return undefined;
  const { message, reason, code, details } = value;
  const { name, retryAfterSeconds } = isRecord(details) ? (details as Record<string, unknown>) : {};
  return {
    ...(typeof message === 'string' ? { message } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof code === 'number' ? { code } : {}),
    details: {
      ...(typeof name === 'string' ? { name } : {}),
      ...(typeof retryAfterSeconds === 'number' ? { retryAfterSeconds } : {}),
    },
  };
}

const BY_CODE: Readonly<Record<number, Reason>> = {
  400: 'ClusterRefused',
  401: 'ClusterUnauthorized',
  403: 'ClusterForbidden',
  404: 'ClusterNotFound',
  405: 'ClusterRefused',
  406: 'ClusterRefused',
  409: 'ClusterConflict',
  410: 'ClusterWatchExpired',
  413: 'ClusterRefused',
  415: 'ClusterRefused',
  422: 'ClusterRefused',
  429: 'ClusterThrottled',
};

function reasonFor(code: number, status: Status | undefined): Reason {
  // A webhook chooses its code itself, mostly 403, which is not about our rights.
  if (status?.message?.startsWith('admission webhook "')) return 'ClusterRefused';
  // An object that is missing is named in the details; a kind that is missing is not, or comes as plain text.
  if (code === 404) return status?.details?.name ? 'ClusterNotFound' : 'NotInstalled';
  if (code === 409 && status?.reason === 'AlreadyExists') return 'ClusterAlreadyExists';
  return BY_CODE[code] ?? (code >= 500 ? 'ClusterUnavailable' : 'ClusterRefused');
}

function retryAfterMs(headers: IncomingHttpHeaders, status: Status | undefined): number | undefined {
  const seconds = Number(headers['retry-after'] ?? status?.details?.retryAfterSeconds ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line;
}

export interface Refusal {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Takes values out of the server's message that must not be read. */
  readonly scrub?: (message: string) => string;
}

/** The error of an answer that is no success. The body itself goes nowhere; only a Status's message is kept, cut to 500 characters. */
export function translateAnswer(subject: RequestSubject, { code, headers, body, scrub }: Refusal): CompassError {
  return translateStatus(subject, code, readStatus(parseJson(body)), headers, scrub);
}

/** The error of an ERROR event of a watch, whose object is a Status. */
export function translateErrorEvent(subject: RequestSubject, object: unknown): CompassError {
  const status = readStatus(object);
  return translateStatus(subject, status?.code ?? 500, status, {});
}

/** Server-side apply of what is not there takes the right to create it, and a refusal for want of that gives no reason. */
function isCreationForbidden({ verb }: RequestSubject, status: Status | undefined): boolean {
  return verb === 'patch' && status?.code === 403 && /is forbidden: $/.test(status.message ?? '');
}

function translateStatus(
  subject: RequestSubject,
  code: number,
  status: Status | undefined,
  headers: IncomingHttpHeaders,
  scrub: (message: string) => string = (message) => redact(message),
): CompassError {
  const said = status?.message ? shorten(scrub(status.message)) : `the server answered ${code}`;
  const hint = isCreationForbidden(subject, status)
    ? ` no right to create ${subject.resource}, and it is not there`
    : '';
  return new CompassError(reasonFor(code, status), `cannot ${describeRequest(subject)}: ${said}${hint}`, {
    status: code,
    retryAfterMs: retryAfterMs(headers, status),
  });
}
