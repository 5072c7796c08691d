import type { Endpoint } from '#common/compass/endpoint.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import type { Configuration } from './configuration.ts';
import type { ConnectionContext } from './context.ts';
import { issue } from './issue.ts';
import type { IssuedJournal, Journal } from './journal.ts';
import type { Preflight } from './preflight.ts';
import { freshState, type StoredState, type TokenRecord, withToken } from './state.ts';

/** A refusal is ambiguous (Compass's token database may be down), so a token is tried again, within these bounds. */
const MOST_TRIES = 20;
const LONGEST_TRYING_MS = 60 * 60_000;

/** Whether a token can still give something: it was never seen, or its refusals so far are ambiguous. */
export function isUnused(state: StoredState | undefined, hash: string): boolean {
  const record = state?.tokens[hash];
  return record === undefined || record.outcome === 'trying';
}

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

/** What a failure says about the token. Throws TokenRequired in place of the failure where the token is spent. */
async function recordFailure(context: ConnectionContext, hash: string, error: unknown): Promise<void> {
  const phase = context.journal.value?.phase;
  if (hasReason(error, 'InvalidCertificate')) {
    return giveUp(
      context,
      hash,
      `the Connector's certificate cannot be used (${error.message}), and the token is spent`,
    );
  }
  if (hasReason(error, 'TokenRequired')) return giveUp(context, hash, error.message);
  if (!hasReason(error, 'TokenRefused')) {
    if (phase === 'prepared' && !isCertainlyUnsent(error)) await recordTry(context, hash, true);
    return undefined;
  }
  if (phase === 'configured') {
    return giveUp(
      context,
      hash,
      'the second token was refused: it is older than 60 minutes, or a certificate was issued and its answer lost',
    );
  }
  // A key that another process prepared, of which nobody wrote how its try went: it may have died while the token was out.
  const isOrphan = context.journal.isFound && context.state.value?.tokens[hash] === undefined;
  const record = await recordTry(context, hash, isOrphan);
  const triedForMs = context.clock.now() - record.firstTriedAt;
  if (record.tries >= MOST_TRIES || triedForMs >= LONGEST_TRYING_MS) {
    return giveUp(context, hash, `the token was refused ${record.tries} times: it is used, expired or unknown`);
  }
  if (record.mayHaveLeft) {
    throw tokenRequired(
      'the token was sent, its answer was lost, and now it is refused: it is most likely spent (it is still tried for an hour)',
      error,
    );
  }
  return undefined;
}

/** A gateway marks a token used before anything else, so that every answer but a refusal most likely has cost it. */
function isCertainlyUnsent(error: unknown): boolean {
  if (!(error instanceof CompassError)) return true;
  const isOnTheWay = ['CompassUnreachable', 'CompassUntrusted', 'CompassTimeout'].includes(error.reason);
  const isOurs = error.reason === 'Stopping' || error.reason.startsWith('Cluster') || error.reason === 'NotInstalled';
  return isOurs || (isOnTheWay && !error.maybeDone);
}

async function recordTry(context: ConnectionContext, hash: string, lost: boolean): Promise<TokenRecord> {
  const state = (await context.state.load()) ?? freshState();
  const earlier = state.tokens[hash];
  const record: TokenRecord = {
    outcome: 'trying',
    tries: (earlier?.tries ?? 0) + 1,
    firstTriedAt: earlier?.firstTriedAt ?? context.clock.now(),
    mayHaveLeft: lost || (earlier?.mayHaveLeft ?? false),
  };
  await context.state.write(withToken(state, hash, record));
  return record;
}

async function giveUp(context: ConnectionContext, hash: string, message: string): Promise<never> {
  const state = (await context.state.load()) ?? freshState();
  const earlier = state.tokens[hash];
  const record: TokenRecord = {
    outcome: 'spent',
    tries: (earlier?.tries ?? 0) + 1,
    firstTriedAt: earlier?.firstTriedAt ?? context.clock.now(),
    mayHaveLeft: true,
    message,
  };
  await context.state.write(withToken(state, hash, record));
  await context.journal.remove();
  throw tokenRequired(message);
}

const TOKEN_HINT = 'request a new one-time token in Compass and store it under TOKEN in the configuration Secret';

/** The one error that only a person can end, with what to do. */
export function tokenRequired(why: string, cause?: unknown): CompassError {
  return new CompassError('TokenRequired', `${why}; ${TOKEN_HINT}`, cause === undefined ? {} : { cause });
}

/** An error that a new token ends, and says so. */
export function withTokenHint(error: CompassError): CompassError {
  return new CompassError(error.reason, `${error.message}; ${TOKEN_HINT}`, { requestId: error.requestId });
}
