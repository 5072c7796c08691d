import { CompassError, isReason, type Reason } from '#common/errors.ts';

/** A disconnect that was asked for, from the moment on at which nothing holds it back any more. In the state Secret. */
export interface Disconnected {
  /** The request's id. */
  readonly id: string;
  /** In ms since the epoch. */
  readonly since: number;
  /** Hash of the token that lay in the configuration then: it is not used unless somebody asks for a reconnect. */
  readonly seenToken?: string | undefined;
  /** The Applications are to go, too. */
  readonly purge: boolean;
  /** Absent while something is still to be deleted. */
  readonly outcome?: DisconnectOutcome | undefined;
}

export interface DisconnectOutcome {
  readonly result: 'succeeded' | 'failed';
  readonly reason?: Reason | undefined;
  readonly message: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** Why there is no connection. */
export function disconnectedError({ outcome }: Disconnected): CompassError {
  const how = outcome ? 'disconnected on request' : 'disconnecting on request';
  return new CompassError(
    'Disconnected',
    `${how}; a new one-time token in the configuration Secret, or a request to reconnect, connects again`,
  );
}

type Raw = Readonly<Record<string, unknown>>;

const isObject = (raw: unknown): raw is Raw => typeof raw === 'object' && raw !== null;

export function decodeDisconnected(raw: unknown): Disconnected | undefined {
  if (!isObject(raw) || typeof raw['id'] !== 'string' || typeof raw['since'] !== 'number') return undefined;
  const { id, since, seenToken, purge, outcome } = raw;
  return {
    id,
    since,
    seenToken: typeof seenToken === 'string' ? seenToken : undefined,
    purge: purge === true,
    outcome: decodeOutcome(outcome),
  };
}

function decodeOutcome(raw: unknown): DisconnectOutcome | undefined {
  if (!isObject(raw)) return undefined;
  const { result, reason, message, counts } = raw;
  const numbers = Object.entries(isObject(counts) ? counts : {}).filter(([, count]) => typeof count === 'number');
  return {
    result: result === 'failed' ? 'failed' : 'succeeded',
    reason: typeof reason === 'string' && isReason(reason) ? reason : undefined,
    message: typeof message === 'string' ? message : '',
    counts: Object.fromEntries(numbers) as Record<string, number>,
  };
}
