import type { Runtime } from '../model.ts';
import type { Simulator } from '../simulator.ts';
import { optionalText, refuseUnknown } from './checks.ts';
import { AdminError, type AdminRoute, found } from './route.ts';

const FIELDS = ['id', 'tenant', 'name', 'formations', 'labels'];

/** `default` stands for the Runtime that is there from the start. */
function runtimeOf({ landscape, runtimeId }: Simulator, id: string): Runtime {
  return found(landscape.runtime(id === 'default' ? runtimeId : id), `Runtime ${id}`);
}

function changeOf(body: Record<string, unknown>, fields: string[]): Partial<Runtime> {
  refuseUnknown(body, fields, 'a Runtime');
  for (const name of ['id', 'tenant', 'name']) optionalText(body, name);
  const { formations } = body;
  if (formations !== undefined && !Array.isArray(formations)) throw new AdminError(400, 'formations must be a list');
  return body;
}

export const runtimeRoutes: AdminRoute[] = [
  {
    method: 'GET',
    path: '/runtimes',
    does: 'list all Runtimes',
    answer: ({ landscape }) => landscape.runtimes(),
  },
  {
    method: 'POST',
    path: '/runtimes',
    does: 'create one: {"name":"berlin"}',
    answer: ({ landscape }, { body }) => landscape.createRuntime(changeOf(body, FIELDS)),
  },
  {
    method: 'GET',
    path: '/runtimes/:id',
    does: 'show one with its labels; "default" is the one from the start, here and below',
    answer: (simulator, { parameter }) => runtimeOf(simulator, parameter),
  },
  {
    method: 'PATCH',
    path: '/runtimes/:id',
    does: 'change the named fields, for example take it out of its formations: {"formations":[]}',
    answer: (simulator, { parameter, body }) =>
      Object.assign(runtimeOf(simulator, parameter), changeOf(body, ['name', 'formations', 'labels'])),
  },
  {
    method: 'DELETE',
    path: '/runtimes/:id',
    does: 'delete one: its identities are gone with it',
    answer: (simulator, { parameter }) => simulator.deleteRuntime(runtimeOf(simulator, parameter).id),
  },
  {
    method: 'POST',
    path: '/runtimes/:id/token',
    does: 'request a one-time token, of a new client id unless {"systemAuthID":"…"} names one',
    answer: (simulator, { parameter, body }) => {
      refuseUnknown(body, ['systemAuthID'], 'a request for a token');
      const systemAuthId = optionalText(body, 'systemAuthID');
      const { id } = runtimeOf(simulator, parameter);
      if (systemAuthId !== undefined) found(simulator.identities.find(systemAuthId), `system auth ${systemAuthId}`);
      return simulator.requestToken(id, systemAuthId);
    },
  },
  {
    method: 'DELETE',
    path: '/runtimes/:id/token',
    does: 'expire its outstanding tokens',
    answer: (simulator, { parameter }) => ({
      expired: simulator.identities.expireTokensOf(runtimeOf(simulator, parameter).id),
    }),
  },
  {
    method: 'POST',
    path: '/runtimes/:id/secret',
    does: 'the configuration Secret as YAML, with a fresh token, for kubectl apply -f -',
    answer: (simulator, { parameter }) => simulator.configurationSecret(runtimeOf(simulator, parameter).id),
  },
  {
    method: 'POST',
    path: '/runtimes/:id/revoke',
    does: 'revoke all its certificates',
    answer: (simulator, { parameter }) => ({
      revoked: simulator.revokeCertificates(runtimeOf(simulator, parameter).id),
    }),
  },
];
