import type { Application, Bundle, Credential, EventDefinition } from '../model.ts';
import type { Resolvers } from '../schema/resolve.ts';
import type { DirectorContext, NestedArguments } from './context.ts';
import { type Page, pageOf } from './paging.ts';

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1;
}

/** A page of a nested list, by the arguments of the request's first parent. */
function nestedPage<T extends { id: string }>(
  all: T[],
  list: string,
  own: NestedArguments,
  context: DirectorContext,
): Page<T> {
  return pageOf([...all].sort(byId), context.batchArguments(list, own));
}

function definitionsPage<T extends EventDefinition>(
  all: T[],
  list: string,
  own: NestedArguments,
  context: DirectorContext,
): Page<T> {
  const { group } = context.batchArguments(list, own);
  const chosen = group === undefined || group === null ? all : all.filter((definition) => definition.group === group);
  return nestedPage(chosen, list, own, context);
}

const CREDENTIAL_TYPES = {
  Basic: 'BasicCredentialData',
  OAuth: 'OAuthCredentialData',
  CertificateOAuth: 'CertificateOAuthCredentialData',
} as const;

/** The Application's fields that are more than its stored values. A field that the caller may not see is null. */
export const applicationResolvers: Resolvers<DirectorContext> = {
  Application: {
    auths: ({ auths }: Application, _arguments, context) => (context.canSee('application.auths:read') ? auths : null),
    bundles: ({ bundles }: Application, own: NestedArguments, context) => nestedPage(bundles, 'bundles', own, context),
    bundle: ({ bundles }: Application, { id }: { id: string }) => bundles.find((bundle) => bundle.id === id) ?? null,
  },
  Bundle: {
    apiDefinitions: ({ apiDefinitions }: Bundle, own: NestedArguments, context) =>
      definitionsPage(apiDefinitions, 'apiDefinitions', own, context),
    eventDefinitions: ({ eventDefinitions }: Bundle, own: NestedArguments, context) =>
      definitionsPage(eventDefinitions, 'eventDefinitions', own, context),
    defaultInstanceAuth: ({ defaultInstanceAuth }: Bundle, _arguments, context) =>
      context.canSee('bundle.instance_auths:read') ? defaultInstanceAuth : null,
  },
  Auth: {
    credential: ({ credential }: { credential: Credential | null }) =>
      credential === null ? null : { __typename: CREDENTIAL_TYPES[credential.type], ...credential },
  },
};
