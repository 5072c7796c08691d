import type { CompassError } from '../errors.ts';
import { isRecord, type JsonRecord, parseJson } from '../json.ts';
import { type CallContext, callError, quote } from './call-context.ts';
import { messageIn } from './http-status.ts';
import { type ItemList, splitItems } from './list-items.ts';

/** The two parts of a GraphQL response (GraphQL specification, section 7.1). */
export interface GraphqlResult {
  readonly data: JsonRecord | null;
  readonly errors: readonly unknown[];
}

/**
 * Reads a body that came with HTTP 200; of a `list` in it each item is a ListItem, where they could be told apart. Throws
 * NotCompass, InvalidAnswer or CompassUnavailable.
 */
export function readResult(text: string, context: CallContext, list?: ItemList): GraphqlResult {
  return (list && readSplit(text, list)) ?? readWhole(text, context);
}

function readSplit(text: string, list: ItemList): GraphqlResult | undefined {
  const split = splitItems(text, list);
  if (!split) return undefined;
  const result = parseJson(split.frame);
  // Errors tell of items by their place: then all of them are looked at.
  if (!isRecord(result) || 'errors' in result || !isRecord(result['data'])) return undefined;
  const { data } = result;
  const [root, name] = list.path;
  const page = data[root];
  const gap = isRecord(page) ? page[name] : undefined;
  if (!isRecord(page) || !Array.isArray(gap) || gap.length > 0) return undefined;
  return { data: { ...data, [root]: { ...page, [name]: split.items } }, errors: [] };
}

function readWhole(text: string, context: CallContext): GraphqlResult {
  const result = parseJson(text);
  if (result === undefined) throw notJson(text, context);
  const invalid = (what: string) => callError(context, 'InvalidAnswer', what, { status: 200, maybeDone: true });
  if (!isRecord(result)) throw invalid('the answer is no JSON object');
  const data = result['data'] ?? null;
  const errors = result['errors'] ?? null;
  if (data === null && errors === null) throw withoutResult(result, context);
  if (data !== null && !isRecord(data)) throw invalid('data is no object');
  if (errors !== null && !Array.isArray(errors)) throw invalid('errors is no list');
  return { data, errors: errors ?? [] };
}

/** What begins as a result was written by Compass, for better or worse; a portal's page begins otherwise. */
function notJson(text: string, context: CallContext): CompassError {
  const reason = text.trimStart().startsWith('{') ? 'InvalidAnswer' : 'NotCompass';
  return callError(context, reason, 'the answer is not JSON', { status: 200, maybeDone: true });
}

function withoutResult(result: JsonRecord, context: CallContext): CompassError {
  const options = { status: 200, maybeDone: true };
  if (!isRecord(result['error']))
    return callError(context, 'InvalidAnswer', 'the answer has neither data nor errors', options);
  // The gateway's own form of an internal error: it may or may not have passed the request on.
  const what = quote(messageIn(result) ?? '', context) || 'an error without a text';
  return callError(context, 'CompassUnavailable', what, options);
}
