import { randomUUID, X509Certificate } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { CompassError, type CompassErrorOptions, type Reason } from '../errors.ts';
import { redact } from '../redact.ts';
import type { Sensitive } from '../sensitive.ts';
import type { ClientCredential, Endpoint } from './endpoint.ts';

/** What a translation needs to know of the call that failed. */
export interface CallContext {
  readonly target: Endpoint['target'];
  readonly operation: string;
  /** Host and port, for messages: never a path or query. */
  readonly host: string;
  readonly requestId: string;
  /** What authenticates the call. */
  readonly by: 'token' | 'certificate' | 'bearer' | 'nothing';
  /** What it means that something is not found: the Runtime, where the operation is on the Runtime itself. */
  readonly notFound: Reason | undefined;
  /** NotAfter of the client certificate, in milliseconds since the epoch. */
  readonly certificateExpiresAt: () => number | undefined;
  /** Our clock. */
  readonly now: () => number;
  /** What an answer might echo and no message may contain. */
  readonly secrets: readonly string[];
}

interface CallParts {
  readonly operationName: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly token?: Sensitive | undefined;
  readonly onRuntime?: boolean;
  readonly onApplication?: boolean;
}

export function contextOf(endpoint: Endpoint, call: CallParts, clock: Clock): CallContext {
  const { target, credential, bearer, runtimeId } = endpoint;
  const secrets = [call.token, bearer].flatMap((secret) => (secret ? [secret.reveal()] : []));
  return {
    target,
    host: URL.canParse(endpoint.url) ? new URL(endpoint.url).host : 'an invalid URL',
    operation: call.operationName,
    requestId: runtimeId ? `${runtimeId}_${randomUUID()}` : randomUUID(),
    by: call.token ? 'token' : bearer ? 'bearer' : credential ? 'certificate' : 'nothing',
    notFound: call.onRuntime ? 'RuntimeNotFound' : call.onApplication ? 'ApplicationNotFound' : undefined,
    certificateExpiresAt: () => (credential ? expiryOf(credential) : undefined),
    now: () => clock.now(),
    secrets: [...secrets, ...longTexts(call.variables)],
  };
}

/** Variables that an answer may echo and that are worth hiding; short ones are names and ids, which help to understand. */
function longTexts(variables: CallParts['variables'] = {}): string[] {
  return Object.values(variables).filter((value): value is string => typeof value === 'string' && value.length > 100);
}

function expiryOf(credential: ClientCredential): number | undefined {
  try {
    return new X509Certificate(credential.certificateChain).validToDate.getTime();
  } catch {
    return undefined;
  }
}

/** An error about this call: `configuration at compass.example.com: <what>`. */
export function callError(
  context: CallContext,
  reason: Reason,
  what: string,
  options: CompassErrorOptions = {},
): CompassError {
  return new CompassError(reason, `${context.operation} at ${context.host}: ${what}`, {
    requestId: context.requestId,
    ...options,
  });
}

/** Who refuses whom: a refused token and a refused certificate need different next steps. */
export function refused(context: CallContext, what: string, status: number): CompassError {
  const options = { status, maybeDone: true };
  if (context.by === 'token')
    return callError(context, 'TokenRefused', `the one-time token is refused: ${what}`, options);
  const identity = {
    certificate: 'the client certificate',
    bearer: 'the bearer token',
    nothing: 'a call without identity',
  };
  return callError(context, 'Rejected', `${identity[context.by]} is refused: ${what}`, options);
}

const LONGEST_TEXT = 200;

/** The other side's own words, fit for a message: one line, short, without what we sent and what looks like a token. */
export function quote(text: string, context: CallContext): string {
  const line = redact(text, context.secrets)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)}…` : line;
}
