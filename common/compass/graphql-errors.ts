import type { CompassError, Reason } from '../errors.ts';
import { isRecord } from '../json.ts';
import { type CallContext, callError, quote, refused } from './call-context.ts';

/** One error of a GraphQL answer, translated, and what it is about. */
export interface GraphqlFault {
  readonly error: CompassError;
  /** The response path (GraphQL specification, section 7.1.2): keys and indexes; empty where the answer names none. */
  readonly path: readonly (string | number)[];
}

/** The Director's `error_code`; those that are not here are CompassFailed. */
const REASON_BY_CODE: Readonly<Record<number, Reason>> = {
  23: 'InsufficientScopes',
  24: 'TenantMismatch',
  25: 'TenantMismatch',
  26: 'Rejected',
};
const NOT_FOUND = 20;
const INVALID_INPUT = 22;
const UNAUTHORIZED = 26;

/** The Connector's errors carry no code: only the words tell. */
const UNAUTHENTICATED =
  /unauthenticated|unauthori[sz]ed|failed to authenticate|authentication error|not authenticated/i;

/** More than the items of a page, of which each can have its own. */
const MOST_ERRORS = 1_000;

export function readFaults(errors: readonly unknown[], context: CallContext, status: number): GraphqlFault[] {
  return errors
    .slice(0, MOST_ERRORS)
    .map((error) => ({ error: translate(error, context, status), path: pathOf(error) }));
}

/** The error that stands for all: the first that is more specific than "it failed". */
export function translateGraphqlErrors(errors: readonly unknown[], context: CallContext, status: number): CompassError {
  return mostSpecific(readFaults(errors, context, status)) ?? callError(context, 'CompassFailed', 'no error is named');
}

export function mostSpecific(faults: readonly GraphqlFault[]): CompassError | undefined {
  return (faults.find(({ error }) => error.reason !== 'CompassFailed') ?? faults[0])?.error;
}

function translate(error: unknown, context: CallContext, status: number): CompassError {
  const message = isRecord(error) && typeof error['message'] === 'string' ? error['message'] : '';
  const text = quote(message, context) || 'no message';
  const code = codeOf(error);
  if (code === UNAUTHORIZED || (code === undefined && UNAUTHENTICATED.test(message))) {
    return refused(context, text, status);
  }
  const reason = code === undefined ? 'CompassFailed' : reasonFor(code, context);
  const swapped = reason === 'TenantMismatch' ? '; see that RUNTIME_ID and TENANT are not in each other’s place' : '';
  const suffix = code === undefined ? '' : ` (error ${code})${swapped}`;
  return callError(context, reason, `${text}${suffix}`, { status, maybeDone: true });
}

function reasonFor(code: number, context: CallContext): Reason {
  const isMissing = code === NOT_FOUND || code === INVALID_INPUT;
  if (isMissing && context.notFound) return context.notFound;
  return REASON_BY_CODE[code] ?? 'CompassFailed';
}

function codeOf(error: unknown): number | undefined {
  const extensions = isRecord(error) ? error['extensions'] : undefined;
  const code = isRecord(extensions) ? extensions['error_code'] : undefined;
  return typeof code === 'number' ? code : undefined;
}

function pathOf(error: unknown): (string | number)[] {
  const path = isRecord(error) ? error['path'] : undefined;
  if (!Array.isArray(path)) return [];
  return path.filter((step): step is string | number => typeof step === 'string' || typeof step === 'number');
}
