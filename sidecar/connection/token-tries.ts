import { CompassError, hasReason, messageOf } from '#common/errors.ts';
import type { ConnectionContext } from './context.ts';
import { freshState, type StoredState, type TokenRecord, withToken } from './state.ts';
import { tokenRequired } from './token-required.ts';

/**
 * A refusal is ambiguous (Compass's token database may be down), and so is an answer that is none, so a token is tried again,
 * within these bounds. The hour, which a clock that was set makes out of nothing, counts after several tries only.
 */
const MOST_TRIES = 20;
const SEVERAL_TRIES = 10;
const LONGEST_TRYING_MS = 60 * 60_000;

/** Whether a token can still give something: it was never seen, or its refusals so far are ambiguous. */
export function isUnused(state: StoredState | undefined, hash: string): boolean {
  const record = state?.tokens[hash];
  return record === undefined || record.outcome === 'trying';
}

/** What a failure says about the token. Throws TokenRequired in place of the failure where the token is spent. */
export async function recordFailure(context: ConnectionContext, hash: string, error: unknown): Promise<void> {
  const journal = context.journal.value;
  if (hasReason(error, 'InvalidCertificate')) {
    const message = `the Connector's certificate cannot be used (${error.message}), and the token is spent`;
    return giveUp(context, hash, message);
  }
  if (hasReason(error, 'TokenRequired')) return giveUp(context, hash, error.message);
  if (journal?.phase === 'configured') return recordSecond(context, hash, journal.configuredAt, error);
  if (hasReason(error, 'TokenRefused')) return recordRefusal(context, hash, error);
  if (journal?.phase !== 'prepared' || isCertainlyUnsent(error)) return undefined;
  const record = await recordTry(context, hash, { mayHaveLeft: true });
  if (isExhausted(context, record)) return giveUp(context, hash, `the ${unanswered(record.tries, error)}`);
}

/** It may have been spent by any of the tries, and lives an hour at most. */
async function recordSecond(context: ConnectionContext, hash: string, configuredAt: number, error: unknown) {
  if (hasReason(error, 'TokenRefused')) {
    const message =
      'the second token was refused: it is older than 60 minutes, or a certificate was issued and its answer lost';
    return giveUp(context, hash, message);
  }
  const isAnswered = error instanceof CompassError && error.maybeDone && !isCertainlyUnsent(error);
  if (!isAnswered) return;
  const { secondTries = 0 } = await recordTry(context, hash, { mayHaveLeft: true, isSecond: true });
  const isOld = context.clock.now() - configuredAt >= LONGEST_TRYING_MS;
  if (isOld && secondTries >= MOST_TRIES) return giveUp(context, hash, `the second ${unanswered(secondTries, error)}`);
}

async function recordRefusal(context: ConnectionContext, hash: string, error: CompassError): Promise<void> {
  // A key that another process prepared, of which nobody wrote how its try went: it may have died while the token was out.
  const isOrphan = context.journal.isFound && context.state.value?.tokens[hash] === undefined;
  const record = await recordTry(context, hash, { mayHaveLeft: isOrphan });
  if (isExhausted(context, record)) {
    return giveUp(context, hash, `the token was refused ${record.tries} times: it is used, expired or unknown`);
  }
  if (record.mayHaveLeft) {
    throw tokenRequired(
      'the token was sent, its answer was lost, and now it is refused: it is most likely spent (it is still tried for an hour)',
      error,
    );
  }
}

function isExhausted({ clock }: ConnectionContext, { tries, firstTriedAt }: TokenRecord): boolean {
  const isHourOver = clock.now() - firstTriedAt >= LONGEST_TRYING_MS;
  return tries >= MOST_TRIES || (isHourOver && tries >= SEVERAL_TRIES);
}

function unanswered(tries: number, error: unknown): string {
  return `token was sent ${tries} times, and no answer says what became of it; it is spent or expired by now (${messageOf(error)})`;
}

/** A gateway marks a token used before anything else, so that every answer but a refusal most likely has cost it. */
function isCertainlyUnsent(error: unknown): boolean {
  if (!(error instanceof CompassError)) return true;
  const isOnTheWay = ['CompassUnreachable', 'CompassUntrusted', 'CompassTimeout'].includes(error.reason);
  const isOurs = error.reason === 'Stopping' || error.reason.startsWith('Cluster') || error.reason === 'NotInstalled';
  return isOurs || (isOnTheWay && !error.maybeDone);
}

interface Try {
  /** It was sent, and no answer says what became of it. */
  readonly mayHaveLeft: boolean;
  readonly isSecond?: boolean;
}

async function recordTry(context: ConnectionContext, hash: string, { mayHaveLeft, isSecond = false }: Try) {
  const state = (await context.state.load()) ?? freshState();
  const earlier = state.tokens[hash];
  const record: TokenRecord = {
    outcome: 'trying',
    tries: (earlier?.tries ?? 0) + (isSecond ? 0 : 1),
    firstTriedAt: earlier?.firstTriedAt ?? context.clock.now(),
    mayHaveLeft: mayHaveLeft || (earlier?.mayHaveLeft ?? false),
    ...(isSecond ? { secondTries: (earlier?.secondTries ?? 0) + 1 } : {}),
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
