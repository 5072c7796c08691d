import type { Identity } from '../identities.ts';
import type { Json } from '../model.ts';
import { type TokenForms, tokenForms } from '../token-forms.ts';
import type { DirectorContext } from './context.ts';
import { directorError } from './errors.ts';
import { findApplication, findRuntime } from './queries.ts';

interface TokenRequest {
  id: string;
  systemAuthID?: string | null;
}

/** A scope that only the administrator has. */
const REQUEST_TOKENS = 'one_time_token:write';

export function setRuntimeLabel(
  { runtimeID, key, value }: { runtimeID: string; key: string; value: Json },
  context: DirectorContext,
): { key: string; value: Json } {
  const { tenant } = context.require('runtime:write');
  const runtime = findRuntime(context, runtimeID, tenant);
  if (runtime === undefined) throw directorError('NotFound', 'the runtime does not exist');
  if (key === '') throw directorError('InvalidData', 'a label needs a key');
  runtime.labels[key] = value;
  return { key, value };
}

/** The identity to mint for: a new one, with a new client id, unless the request names the existing system auth. */
function identityFor(
  kind: Identity['kind'],
  request: TokenRequest,
  tenant: string,
  context: DirectorContext,
): Identity {
  const { identities } = context.compass;
  const { id, systemAuthID } = request;
  if (systemAuthID === undefined || systemAuthID === null) return identities.create(kind, id, tenant);
  const existing = identities.find(systemAuthID);
  if (existing?.objectId !== id) throw directorError('NotFound', 'the system auth does not exist');
  return existing;
}

function requestToken(kind: Identity['kind'], request: TokenRequest, context: DirectorContext): TokenForms {
  const { tenant } = context.require(REQUEST_TOKENS);
  const find = kind === 'runtime' ? findRuntime : findApplication;
  if (find(context, request.id, tenant) === undefined) throw directorError('NotFound', `the ${kind} does not exist`);
  const identity = identityFor(kind, request, tenant, context);
  return tokenForms(context.compass.identities.mint(identity), context.compass.urls.connector);
}

export function requestOneTimeTokenForRuntime(request: TokenRequest, context: DirectorContext): TokenForms {
  return requestToken('runtime', request, context);
}

export function requestOneTimeTokenForApplication(request: TokenRequest, context: DirectorContext): TokenForms {
  return requestToken('application', request, context);
}
