import { revokeCertificate } from '#common/compass/connector.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { errorFields } from '#common/log.ts';
import { readStored } from '#common/pki/certificate.ts';
import type { ConnectionContext } from './context.ts';
import { requireTurn } from './issue.ts';
import { type Connection, connectorEndpoint, refusalOfDirector } from './maintain.ts';

/**
 * Has the Connector revoke the certificate in use, and says what came of it; a second time is as good as once. A new one
 * that waits in the journal is revoked, too, as far as that goes. Throws what the call throws: then it may still be accepted.
 */
export async function revoke(context: ConnectionContext, connection: Connection | undefined): Promise<string> {
  if (!connection) return 'there was no certificate to revoke';
  await revokeWaiting(context, connection);
  return revokeOne(context, connection);
}

/** As revoke, of one certificate alone. */
export async function revokeOne(context: ConnectionContext, connection: Connection): Promise<string> {
  requireTurn(context);
  try {
    const isRevoked = await revokeCertificate(connectorEndpoint(connection), context.transport);
    if (!isRevoked) throw new CompassError('CompassFailed', 'the Connector did not revoke the certificate');
    return 'the certificate is revoked';
  } catch (error) {
    if (hasReason(error, 'CertificateExpired')) return 'the certificate had expired';
    // Refused by both: it is of no use any more, as after a try whose answer was lost.
    const isGone = hasReason(error, 'Rejected') && (await refusalOfDirector(context, connection)) !== undefined;
    if (isGone) return 'the certificate was not accepted any more';
    throw error;
  }
}

async function revokeWaiting(context: ConnectionContext, connection: Connection): Promise<void> {
  const journal = await context.journal.load();
  if (journal?.phase !== 'issued') return;
  try {
    const pair = { crt: journal.leaf, key: journal.key.reveal(), crtChain: journal.chain };
    const credential = readStored(pair, context.compassTime.now());
    if (credential.fingerprint === connection.credential.fingerprint) return;
    await revokeOne(context, { ...connection, credential, urls: journal.urls });
  } catch (error) {
    if (!(error instanceof CompassError)) throw error;
    context.log.warn('a certificate that was never in use could not be revoked', errorFields(error));
  }
}
