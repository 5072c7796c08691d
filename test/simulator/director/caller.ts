import type { Compass } from '../compass.ts';
import type { Exchange } from '../gateway/exchange.ts';
import type { Identity } from '../identities.ts';
import { directorError } from './errors.ts';

/** Who calls the Director, in which tenant, and what they may do. */
export interface Caller {
  tenant: string;
  can(scope: string): boolean;
}

function administrator({ compass, tenant }: Exchange): Caller {
  if (tenant === undefined || tenant === '') throw directorError('TenantRequired', 'the request has no tenant');
  if (!compass.landscape.tenants.has(tenant)) throw directorError('TenantNotFound', 'the tenant does not exist');
  return { tenant, can: () => true };
}

/** The identity of a certificate; undefined for one that is revoked or whose Runtime or Application is gone. */
function certified({ certificate, compass }: Exchange): Identity | undefined {
  if (certificate === undefined) return undefined;
  const { switches, certificates, identities } = compass;
  const isRefused = switches.revocation === 'refused' && certificates.isRevoked(certificate.fingerprint);
  return isRefused ? undefined : identities.find(certificate.clientId);
}

/** A certificate names its tenant by itself; a header that names another one is refused. */
function checkTenant(compass: Compass, claimed: string | undefined, own: string): void {
  if (claimed === undefined || claimed === '' || claimed === own) return;
  if (compass.landscape.tenants.has(claimed)) {
    throw directorError('TenantRequired', 'the tenant is not that of the client certificate');
  }
  throw directorError('TenantNotFound', 'the tenant does not exist');
}

/** True where the request proves some identity, whatever it may do with it. */
export function isAuthenticated(exchange: Exchange): boolean {
  return exchange.bearer === exchange.compass.adminToken || certified(exchange) !== undefined;
}

/** @throws the Director's errors 24, 25 and 26 */
export function callerOf(exchange: Exchange): Caller {
  const { compass, bearer, tenant, logged } = exchange;
  if (bearer !== undefined && bearer === compass.adminToken) {
    logged.identity = 'admin';
    return administrator(exchange);
  }
  const identity = certified(exchange);
  if (identity === undefined) throw directorError('Unauthorized', 'the request is unauthenticated');
  checkTenant(compass, tenant, identity.tenant);
  const { runtimeScopes, applicationScopes } = compass.switches;
  const scopes = identity.kind === 'runtime' ? runtimeScopes : applicationScopes;
  return { tenant: identity.tenant, can: (scope) => scopes.includes(scope) };
}
