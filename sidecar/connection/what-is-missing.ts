import { CompassError, hasReason } from '#common/errors.ts';
import type { ConnectionInput, ConnectionResult } from './connection-result.ts';
import type { ConnectionContext } from './context.ts';
import type { CredentialJudgement } from './credential.ts';
import { disconnectedError } from './disconnected.ts';
import type { StoredState } from './state.ts';
import { tokenRequired, withTokenHint } from './token-required.ts';
import { isUnused } from './token-tries.ts';

type Configured = Pick<ConnectionInput, 'configuration'>;
type Stored = Pick<ConnectionContext, 'state' | 'journal'>;

/** Why there is no connection, and what would bring one: `rejection` is what Compass said of the credentials that are stored. */
export function whatIsMissing(
  { state }: Stored,
  { configuration }: Configured,
  judged: CredentialJudgement,
  rejection: CompassError | undefined,
): CompassError {
  if (hasReason(judged.error, 'ForeignObject')) return judged.error;
  const { disconnected } = state.value ?? {};
  if (disconnected) return disconnectedError(disconnected);
  if (rejection) return withTokenHint(rejection);
  if (configuration instanceof CompassError) return configuration;
  const record = state.value?.tokens[configuration.token?.hash ?? ''];
  const token = record
    ? `the TOKEN in the configuration is ${record.outcome}`
    : 'there is no TOKEN in the configuration';
  return tokenRequired(`${whyUnusable(judged)}, and ${token}${record?.message ? ` (${record.message})` : ''}`);
}

/** What a reconnect that was asked for lacks, while the present connection serves on. */
export function reconnectNeedsToken({ state }: Stored, { configuration }: Configured): CompassError {
  const hash = configuration instanceof CompassError ? undefined : configuration.token?.hash;
  const { outcome = 'used', message } = state.value?.tokens[hash ?? ''] ?? {};
  const record = `the TOKEN in the configuration is ${outcome}${message ? ` (${message})` : ''}`;
  const why = hash === undefined ? 'there is no unused TOKEN in the configuration' : record;
  return tokenRequired(`a reconnect was asked for, but ${why}; the present connection serves on`);
}

/** What became of the token in the configuration; undefined where the configuration cannot be read. */
export function whatBecameOfToken(
  { state, journal }: Stored,
  { configuration }: Configured,
): ConnectionResult['token'] {
  if (configuration instanceof CompassError) {
    return configuration.reason === 'ConfigurationMissing' ? 'none' : undefined;
  }
  if (!configuration.token) return 'none';
  const { hash } = configuration.token;
  // It has left already, whatever becomes of what it gave.
  const hasLeft = journal.value?.tokenHash === hash && journal.value.phase !== 'prepared';
  return state.value?.tokens[hash]?.outcome ?? (hasLeft ? 'trying' : 'unused');
}

/** Whether the token in the configuration may be spent. */
export function hasUnusedToken(
  { configuration, isReconnectAskedFor }: Pick<ConnectionInput, 'configuration' | 'isReconnectAskedFor'>,
  state: StoredState,
): boolean {
  if (configuration instanceof CompassError || configuration.token === undefined) return false;
  const { hash } = configuration.token;
  // A disconnect must not be undone by the token that lay there when it was asked for.
  const isSeen = state.disconnected?.seenToken === hash && !isReconnectAskedFor;
  return !isSeen && isUnused(state, hash);
}

function whyUnusable(judged: CredentialJudgement): string {
  if (judged.usable) return 'the stored certificate is good, but nothing says where Compass is';
  return hasReason(judged.error, 'CertificateExpired') ? judged.error.message : 'there is no usable client certificate';
}
