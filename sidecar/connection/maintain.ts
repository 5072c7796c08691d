import { fetchConfiguration } from '#common/compass/connector.ts';
import { fetchRuntime } from '#common/compass/director.ts';
import type { Endpoint } from '#common/compass/endpoint.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import type { StoredCredential } from '#common/pki/certificate.ts';
import type { ConnectionContext } from './context.ts';
import { issue, requireTrustedUrls, requireTurn } from './issue.ts';
import type { IssuedJournal } from './journal.ts';
import { requirePairStorable } from './preflight-writes.ts';
import type { ManagementUrls } from './state.ts';

/** A connection as it is used: where Compass is, and who we are there. */
export interface Connection {
  readonly credential: StoredCredential;
  readonly urls: ManagementUrls;
  readonly runtimeId: string;
  readonly tenant: string | undefined;
  /** Against which the URLs that the Connector names are judged: CONNECTOR_URL, or where that is gone the present one. */
  readonly trustAnchorUrl: string;
}

export function connectorEndpoint(connection: Connection): Endpoint {
  const { credential, runtimeId } = connection;
  return { url: connection.urls.connector, target: 'connector-mtls', credential, runtimeId };
}

export function directorEndpoint(connection: Connection): Endpoint {
  const { credential, runtimeId, tenant } = connection;
  return { url: connection.urls.director, target: 'director', credential, runtimeId, tenant };
}

/** Asks the Connector, by certificate, where Compass is now. Mints a token on the other side, so it is asked rarely. */
export async function fetchUrls(context: ConnectionContext, connection: Connection): Promise<ManagementUrls> {
  requireTurn(context);
  const answer = await fetchConfiguration(connectorEndpoint(connection), context.transport);
  const urls = {
    connector: answer.certificateSecuredConnectorUrl ?? connection.urls.connector,
    director: answer.directorUrl ?? connection.urls.director,
  };
  requireTrustedUrls(context, connection.trustAnchorUrl, urls);
  return urls;
}

/**
 * Asks for a certificate with a new key, by the present certificate. Spends nothing: what fails is begun again. Throws
 * StoreForbidden, before anything is asked for, where the new pair could not be stored, and InvalidSubject where the
 * certificate would be somebody else's.
 */
export async function renew(context: ConnectionContext, connection: Connection): Promise<IssuedJournal> {
  const begun = await context.journal.load();
  const resumed = begun?.purpose === 'renew' && begun.phase === 'issued' ? begun : undefined;
  if (begun && !resumed) await context.journal.remove();
  context.steps.begin();
  if (!resumed) {
    const doing = 'whether a new pair could be stored';
    await context.steps.during(
      'preflight',
      doing,
      () => requirePairStorable(context),
      () => 'a new pair can be stored',
    );
  }
  const endpoint = connectorEndpoint(connection);
  const { urls: presentUrls, trustAnchorUrl: connectorUrl, credential } = connection;
  const { commonName } = credential;
  return issue(context, { purpose: 'renew', endpoint, presentUrls, connectorUrl, commonName }, resumed);
}

/**
 * One real call that shows that Compass accepts the credential. An answer about the tenant, the scopes or the Runtime
 * proves it as well: it comes after authentication, and the synchronization will name it.
 */
export async function prove(context: ConnectionContext, connection: Connection): Promise<void> {
  try {
    await fetchRuntime(directorEndpoint(connection), context.transport, connection.runtimeId);
  } catch (error) {
    if (!hasReason(error, 'TenantMismatch', 'InsufficientScopes', 'RuntimeNotFound')) throw error;
  }
}

/**
 * Undefined where the Director answers with the connection's Runtime itself: then the credential is that Runtime's. Else what
 * it answers in its place, once it knows who asks: the credential is good, but another's. Throws what else the call throws.
 */
export async function strangenessOf(
  context: ConnectionContext,
  connection: Connection,
): Promise<CompassError | undefined> {
  const { runtimeId } = connection;
  try {
    const runtime = await fetchRuntime(directorEndpoint(connection), context.transport, runtimeId);
    if (runtime?.id.toLowerCase() === runtimeId.toLowerCase()) return undefined;
    return new CompassError('RuntimeNotFound', `the Director shows no Runtime ${runtimeId} to this certificate`);
  } catch (error) {
    if (hasReason(error, 'TenantMismatch', 'InsufficientScopes', 'RuntimeNotFound')) return error;
    throw error;
  }
}

/** Why the Director refuses this credential; undefined where it accepts it, or does not say. */
export async function refusalOfDirector(
  context: ConnectionContext,
  connection: Connection,
): Promise<CompassError | undefined> {
  try {
    await prove(context, connection);
    return undefined;
  } catch (error) {
    return hasReason(error, 'Rejected', 'CertificateExpired') ? error : undefined;
  }
}
