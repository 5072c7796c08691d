import type { IncomingHttpHeaders } from 'node:http';
import { isRecord, parseJson } from '#common/json.ts';

/** Why a request goes no further, and what its caller gets instead. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A query of a caller, as it goes on. */
export interface ProxiedQuery {
  readonly body: Buffer;
  /** Undefined where it has none, or none that a log may show. */
  readonly operation: string | undefined;
  /** Carrying it out twice does no harm, as far as can be seen: there is no mutation in it. */
  readonly isRepeatable: boolean;
}

/** Of one request's body, in bytes: a query with its variables. */
export const LARGEST_BODY = 256 * 1024;

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/**
 * Judges a request before its body is read; undefined where it may go on. Its host has to be loopback by name: a page in a
 * browser whose own name was made to lead here (DNS rebinding) says that name.
 */
export function refuseHead(method: string | undefined, headers: IncomingHttpHeaders): Refusal | undefined {
  if (!LOOPBACK.test(headers.host ?? '')) return { status: 403, message: 'the host of the request is not loopback' };
  if (method !== 'POST') return { status: 405, message: 'only POST of a GraphQL query', headers: { allow: 'POST' } };
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  const encoding = headers['content-encoding'] ?? 'identity';
  if (type.trim().toLowerCase() !== 'application/json' || encoding.toLowerCase() !== 'identity')
    return { status: 415, message: 'only application/json, not compressed' };
  return Number(headers['content-length'] ?? 0) > LARGEST_BODY ? TOO_LARGE : undefined;
}

export const TOO_LARGE: Refusal = {
  status: 413,
  message: `a query has ${LARGEST_BODY} bytes at most`,
  headers: { connection: 'close' },
};

/** Judges a body: a GraphQL request over HTTP is one JSON object with the text of a query. */
export function readQuery(body: Buffer): ProxiedQuery | Refusal {
  const raw = parseJson(body.toString('utf8'));
  if (!isRecord(raw) || typeof raw['query'] !== 'string')
    return { status: 400, message: 'the body is no JSON object with the text of a query' };
  const { query, operationName } = raw as { readonly query: string; readonly operationName?: unknown };
  const isNamed = typeof operationName === 'string' && /^\w{1,100}$/.test(operationName);
  return {
    body,
    operation: isNamed ? operationName : undefined,
    isRepeatable: !/\b(?:mutation|subscription)\b/.test(query),
  };
}

/** What of the Director's answer its caller gets to see: nothing that sets or asks for credentials, or leads elsewhere. */
const PASSED: readonly string[] = [
  'content-type',
  'content-encoding',
  'content-length',
  'retry-after',
  'x-local-rate-limit',
];

export function passedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    PASSED.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    }),
  );
}
