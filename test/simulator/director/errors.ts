import { GraphQLError } from 'graphql';

/** The Director's error codes and their names. */
const ERROR_CODES = {
  InternalError: 10,
  NotFound: 20,
  NotUnique: 21,
  InvalidData: 22,
  InsufficientScopes: 23,
  TenantRequired: 24,
  TenantNotFound: 25,
  Unauthorized: 26,
  InvalidOperation: 27,
  OperationTimeout: 28,
  ConcurrentUpdate: 35,
} as const;

type ErrorName = keyof typeof ERROR_CODES;

/** The name that goes with a code; empty for a code that the Director does not have. */
export function errorName(code: number): string {
  return Object.entries(ERROR_CODES).find(([, known]) => known === code)?.[0] ?? '';
}

export function directorError(name: ErrorName, reason: string): GraphQLError {
  const extensions = { error_code: ERROR_CODES[name], error: name };
  return new GraphQLError(`${reason} [Error: ${name}]`, { extensions });
}
