import type { Json } from '../model.ts';
import type { Simulator } from '../simulator.ts';
import { call, type Reply } from './call.ts';
import type { Credential } from './pair.ts';

/** A call of the Director with a client certificate. */
export function askDirector(
  simulator: Simulator,
  { cert, key }: Pick<Credential, 'cert' | 'key'>,
  query: string,
  variables: Record<string, Json> = {},
  headers: Record<string, string> = {},
): Promise<Reply> {
  return call(simulator.urls.director, { ca: simulator.caPem, cert, key, query, variables, headers });
}

/** A call of the Director as the administrator of the simulator's tenant. */
export function askAsAdmin(
  simulator: Simulator,
  query: string,
  variables: Record<string, Json> = {},
  headers: Record<string, string> = { tenant: simulator.tenant },
): Promise<Reply> {
  const authorization = `Bearer ${simulator.adminToken}`;
  const { directorAdmin } = simulator.urls;
  return call(directorAdmin, { ca: simulator.caPem, query, variables, headers: { authorization, ...headers } });
}

/** What identity proves itself with: `runtime(id) { id }`. */
export const WHO = 'query Who($id: ID!) { runtime(id: $id) { id } }';
