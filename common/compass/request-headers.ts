import type { Sensitive } from '../sensitive.ts';
import { type CallContext, callError } from './call-context.ts';
import type { Endpoint } from './endpoint.ts';

/** The request's headers. Throws ConfigurationInvalid, without the value, for one that no header can hold. */
export function requestHeaders(
  { tenant, bearer }: Endpoint,
  token: Sensitive | undefined,
  context: CallContext,
): Record<string, string> {
  const checked = (name: string, key: string, value: string) => {
    if (isHeaderValue(value)) return { [name]: value };
    throw callError(context, 'ConfigurationInvalid', `${key} holds a character that no header can carry (a newline?)`);
  };
  return {
    'content-type': 'application/json',
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'kubectl-compass',
    ...checked('x-request-id', 'RUNTIME_ID', context.requestId),
    ...(tenant ? checked('Tenant', 'TENANT', tenant) : {}),
    ...(token ? checked('Connector-Token', 'TOKEN', token.reveal()) : {}),
    ...(bearer ? checked('Authorization', 'the bearer token', `Bearer ${bearer.reveal()}`) : {}),
  };
}

/** What Node sends without complaint, less the control characters and whatever is not ASCII. */
function isHeaderValue(value: string): boolean {
  return /^[\x20-\x7e]*$/.test(value);
}
