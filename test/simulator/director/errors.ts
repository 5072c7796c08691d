import { GraphQLError } from 'graphql';

/** The Director's error codes and their names. */
export const ERROR_CODES = {
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

export type ErrorName = keyof typeof ERROR_CODES;

/** The `extensions` of an error. */
export function errorExtensions(name: ErrorName): { error_code: number; error: ErrorName } {
  return { error_code: ERROR_CODES[name], error: name };
}

export function directorError(name: ErrorName, reason: string): GraphQLError {
  return new GraphQLError(`${reason} [Error: ${name}]`, { extensions: errorExtensions(name) });
}
