import type { IncomingHttpHeaders } from 'node:http';
import type { Authorization } from './authorization.ts';
import { type Identity, serviceAccountIdentity } from './identity.ts';

/** Who the caller acts as by the Impersonate-User and Impersonate-Group headers; itself without them. */
export function impersonated(caller: Identity, headers: IncomingHttpHeaders, authorization: Authorization): Identity {
  const name = headers['impersonate-user'];
  if (typeof name !== 'string') return caller;
  authorization.require(caller, target('users', name));
  const groups = [headers['impersonate-group'] ?? []].flat().flatMap((group) => group.split(', '));
  for (const group of groups) authorization.require(caller, target('groups', group));
  const [, , namespace, account] = name.split(':');
  if (name.startsWith('system:serviceaccount:') && namespace && account) {
    const identity = serviceAccountIdentity(namespace, account);
    return groups.length > 0 ? { ...identity, groups: [...groups, 'system:authenticated'] } : identity;
  }
  return { name, groups: [...groups, 'system:authenticated'] };
}

function target(plural: string, name: string) {
  return { verb: 'impersonate', group: '', version: 'v1', plural, namespace: undefined, name, subresource: undefined };
}
