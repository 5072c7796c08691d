import { type ClientAuthority, createClientAuthority } from './client-authority.ts';
import { generateKeys } from './keys.ts';
import { createServerAuthority, type ServerAuthority } from './server-authority.ts';

/** The two CAs of one Compass. */
export interface Authorities {
  server: ServerAuthority;
  client: ClientAuthority;
}

/** CAs with fresh keys. */
export async function createAuthorities(): Promise<Authorities> {
  const keys = await generateKeys();
  const [server, client] = await Promise.all([
    createServerAuthority(keys, Date.now()),
    createClientAuthority(keys, Date.now()),
  ]);
  return { server, client };
}

let shared: Promise<Authorities> | undefined;

/** The CAs that all simulators of this process share by default, so that the second one starts at once. */
export function sharedAuthorities(): Promise<Authorities> {
  shared ??= createAuthorities();
  return shared;
}
