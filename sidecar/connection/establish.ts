import type { Endpoint } from '#common/compass/endpoint.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import type { Configuration } from './configuration.ts';
import type { ConnectionContext } from './context.ts';
import { issue } from './issue.ts';
import type { IssuedJournal, Journal } from './journal.ts';
import type { Preflight } from './preflight.ts';
import { tokenRequired } from './token-required.ts';
import { isUnused, recordFailure } from './token-tries.ts';

/**
 * Pairs with the token of the configuration, or goes on with a pairing that was begun: until the new pair is in the journal.
 *
 * Throws what the preflight throws before the token has left and before the second one is used, TokenRefused while the token
 * may still be good, TokenRequired once it is certainly spent (the journal of it is removed then), and else what issue()
 * throws, with the journal kept for the next try.
 */
export async function establish(
  context: ConnectionContext,
  configuration: Configuration,
  { preflight, lastError }: { readonly preflight: Preflight; readonly lastError: unknown },
): Promise<IssuedJournal> {
  context.steps.begin();
  const begun = await usableJournal(context, configuration, lastError);
  const token = configuration.token;
  const hash = begun?.tokenHash ?? token?.hash;
  if (hash === undefined) throw tokenRequired('there is no TOKEN in the configuration');
  const endpoint: Endpoint = {
    url: configuration.connectorUrl,
    target: 'connector',
    runtimeId: configuration.runtimeId,
  };
  if (!begun || begun.phase === 'prepared') await preflight.run(endpoint);
  else if (begun.phase === 'configured') await preflight.runAgain(endpoint);
  const applicant = { purpose: 'pair', endpoint, token, connectorUrl: configuration.connectorUrl } as const;
  try {
    return await issue(context, applicant, begun);
  } catch (error) {
    await recordFailure(context, hash, error);
    throw error;
  }
}

/**
 * A journal of a renewal, or one whose token is needed but was replaced, is of no use: it is dropped. So is one that failed
 * when a newer token waits; a new pair that only could not be proven yet has not failed.
 */
async function usableJournal(context: ConnectionContext, configuration: Configuration, lastError: unknown) {
  // Another replica that led before may have stored its answer since.
  context.journal.forget();
  const journal = await context.journal.load();
  if (!journal) return undefined;
  requireOwnWhileAlone(context, journal);
  const token = configuration.token;
  const isOfToken = journal.tokenHash === token?.hash;
  const isStuck = journal.phase === 'issued' ? isRefusal(lastError) : lastError !== undefined;
  const isSuperseded = isStuck && !isOfToken && token !== undefined && isUnused(context.state.value, token.hash);
  const isUsable = journal.purpose === 'pair' && (journal.phase !== 'prepared' || isOfToken) && !isSuperseded;
  if (isUsable) return journal;
  await context.journal.remove();
  return undefined;
}

/**
 * Without a Lease nobody knows whether the one who began it still works, and what two go on with is lost; a pair that was
 * issued is nobody's to lose. Throws ClusterForbidden.
 */
function requireOwnWhileAlone({ worksAlone, config }: ConnectionContext, journal: Journal): void {
  if (!worksAlone() || journal.phase === 'issued' || journal.holder === config.podName) return;
  const whose = `another replica (${journal.holder ?? 'of an older version'}) has begun a pairing`;
  const why = 'without the right to the Lease nobody knows whether it goes on';
  throw new CompassError(
    'ClusterForbidden',
    `${whose}, and ${why}; give the sidecar the right to get, create and update Leases`,
  );
}

/** Compass does not accept the new pair, or takes it for another's. */
function isRefusal(error: unknown): boolean {
  const isAnothers = hasReason(error, 'TenantMismatch', 'InsufficientScopes', 'RuntimeNotFound');
  return isAnothers || hasReason(error, 'Rejected', 'CertificateExpired', 'InvalidCredential');
}
