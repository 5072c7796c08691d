import type { CompassError } from '../errors.ts';
import { isRecord, type JsonRecord, parseJson } from '../json.ts';
import { type CallContext, callError, quote, refused } from './call-context.ts';
import type { HttpAnswer } from './exchange.ts';
import { translateGraphqlErrors } from './graphql-errors.ts';

/**
 * What an answer that is no GraphQL result means; undefined where its body is to be read as one. In front of the services
 * stands a gateway, whose answers are JSON, HTML, or empty.
 */
export function judgeStatus(answer: HttpAnswer, context: CallContext): CompassError | undefined {
  const { status } = answer;
  if (status === 200) return isJson(answer) ? undefined : notJson(answer, context);
  if (status >= 300 && status < 400) return redirected(answer, context);
  if (status === 401) return refused(context, `HTTP 401${ownText(answer, context)}`, status);
  if (status === 429) return throttled(answer, context);
  if (status >= 500) {
    return callError(context, 'CompassUnavailable', `HTTP ${status}${ownText(answer, context)}`, {
      status,
      retryAfterMs: retryAfterMs(answer, context.now()),
      maybeDone: true,
    });
  }
  return judgeClientError(answer, context);
}

function judgeClientError(answer: HttpAnswer, context: CallContext): CompassError {
  const { status } = answer;
  if (status === 400 && answer.body.trim() === '' && context.target !== 'director') {
    // How the Connector's gateway refuses a token or a certificate, as an alternative to a GraphQL error.
    return refused(context, 'HTTP 400 without a text', status);
  }
  const errors = parse(answer)?.['errors'];
  if (Array.isArray(errors) && errors.length > 0) return translateGraphqlErrors(errors, context, status);
  const isWebPage = /html/i.test(contentType(answer));
  const reason = isWebPage || status === 404 ? 'NotCompass' : 'CompassFailed';
  return callError(context, reason, `HTTP ${status}${ownText(answer, context)}`, { status, maybeDone: true });
}

function redirected(answer: HttpAnswer, context: CallContext): CompassError {
  const location = answer.headers.location ?? '';
  const to = URL.canParse(location) ? ` to ${new URL(location).host}` : '';
  const what = `HTTP ${answer.status}, a redirect${to}, which is never followed`;
  return callError(context, 'NotCompass', what, { status: answer.status, maybeDone: true });
}

function notJson(answer: HttpAnswer, context: CallContext): CompassError {
  const type = quote(contentType(answer), context) || 'no content type';
  return callError(context, 'NotCompass', `the answer is not JSON but ${type}`, {
    status: answer.status,
    maybeDone: true,
  });
}

function throttled(answer: HttpAnswer, context: CallContext): CompassError {
  return callError(context, 'CompassThrottled', `HTTP 429, too many requests${ownText(answer, context)}`, {
    status: 429,
    retryAfterMs: retryAfterMs(answer, context.now()),
    maybeDone: true,
  });
}

/** `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date. */
function retryAfterMs(answer: HttpAnswer, now: number): number | undefined {
  const value = answer.headers['retry-after']?.trim();
  if (!value) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function contentType(answer: HttpAnswer): string {
  return answer.headers['content-type'] ?? '';
}

/** A missing content type is let pass: the parser decides. */
function isJson(answer: HttpAnswer): boolean {
  return /^\s*(application\/([\w.-]+\+)?json\b|$)/i.test(contentType(answer));
}

/** The server's own message, after `: `; nothing where there is none that a person could read. */
function ownText(answer: HttpAnswer, context: CallContext): string {
  const record = parse(answer);
  const text = record ? messageIn(record) : /^\s*text\/plain/i.test(contentType(answer)) ? answer.body : undefined;
  const quoted = text === undefined ? '' : quote(text, context);
  return quoted === '' ? '' : `: ${quoted}`;
}

/** The places in which services and gateways put a message. */
export function messageIn(record: JsonRecord): string | undefined {
  const errors = record['errors'];
  const error = Array.isArray(errors) ? errors[0] : record['error'];
  const inner = isRecord(error) ? (error['message'] ?? error['Message'] ?? error['error']) : error;
  const text = record['message'] ?? record['Message'] ?? inner;
  return typeof text === 'string' ? text : undefined;
}

function parse(answer: HttpAnswer): JsonRecord | undefined {
  const value = parseJson(answer.body);
  return isRecord(value) ? value : undefined;
}
