import { GraphQLClient } from 'graphql-request';
import { traceCall } from '../calls.ts';
import { systemClock } from '../clock.ts';
import { CompassError, reasonOf } from '../errors.ts';
import type { JsonRecord } from '../json.ts';
import type { Sensitive } from '../sensitive.ts';
import { type CallContext, callError, contextOf } from './call-context.ts';
import { agentsFor } from './connection-pool.ts';
import type { Endpoint, ObservedCall, Transport } from './endpoint.ts';
import { type GraphqlFault, mostSpecific, readFaults } from './graphql-errors.ts';
import { readResult } from './graphql-result.ts';
import { judgeStatus } from './http-status.ts';
import type { ItemList } from './list-items.ts';
import { post } from './post.ts';
import { requestHeaders } from './request-headers.ts';

/** Server-side time-outs add up to 120 s, and a client that gives up earlier has burnt its token for nothing. */
export const TOKEN_CALL_TIMEOUT_MS = 130_000;
const CALL_TIMEOUT_MS = 60_000;
const MAX_BYTES = 8 * 1024 * 1024;

export interface Call {
  readonly document: string;
  readonly operationName: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** A one-time token, sent as `Connector-Token`. */
  readonly token?: Sensitive | undefined;
  /** For the whole call, the answer's last byte included. */
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  /** What "not found" and "invalid" speak of is the Runtime itself. */
  readonly onRuntime?: boolean;
  /** What "not found" and "invalid" speak of is an Application. */
  readonly onApplication?: boolean;
  /** Return what is there beside errors, instead of throwing the errors. */
  readonly partial?: boolean;
  /** Asked with the digest of an answer before that is read; where it is known already, it is not, and `data` is empty. */
  readonly knows?: (digest: string) => boolean;
  /** A list of which known items are not parsed: each is a ListItem, where the answer lets them be told apart. */
  readonly list?: ItemList;
}

export interface Answer {
  readonly data: JsonRecord;
  /** Not empty only for a partial call. */
  readonly faults: readonly GraphqlFault[];
  readonly requestId: string;
  /** How large it was. */
  readonly bytes: number;
  /** Of the whole answer, where the call had `knows`. */
  readonly digest?: string | undefined;
}

/**
 * One GraphQL operation over HTTPS, the one door to Compass. Throws a CompassError for whatever is no usable result:
 * none carries a library's error, a variable, a token or an answer's body. `maybeDone` tells whether the request may have
 * reached the other side, in which case a one-time token in it may be spent.
 */
export async function call(endpoint: Endpoint, what: Call, transport: Transport): Promise<Answer> {
  const clock = transport.clock ?? systemClock;
  const startedMs = clock.monotonicMs();
  const context = contextOf(endpoint, what, clock);
  const progress: Progress = { bytes: 0, status: 0 };
  let outcome = 'ok';
  try {
    return await traceCall({ side: 'compass', what: what.operationName }, () =>
      perform({ endpoint, what, transport, context, progress, seen: { isKnown: false } }),
    );
  } catch (error) {
    outcome = reasonOf(error);
    if (error instanceof CompassError) {
      progress.error = error;
      progress.status = error.status ?? progress.status;
    }
    throw error;
  } finally {
    const observed: ObservedCall = {
      target: endpoint.target,
      operation: what.operationName,
      requestId: context.requestId,
      durationMs: clock.monotonicMs() - startedMs,
      outcome,
      ...progress,
    };
    transport.observe?.(observed);
  }
}

interface Progress {
  bytes: number;
  status: number;
  clockSkewMs?: number;
  error?: CompassError;
}

interface Attempt {
  readonly endpoint: Endpoint;
  readonly what: Call;
  readonly transport: Transport;
  readonly context: CallContext;
  readonly progress: Progress;
  readonly seen: Seen;
}

/** An answer before it is read. */
interface Seen {
  digest?: string | undefined;
  isKnown: boolean;
}

async function perform(attempt: Attempt): Promise<Answer> {
  const { endpoint, what, context, seen } = attempt;
  if (!URL.canParse(endpoint.url)) throw callError(context, 'InvalidAnswer', 'there is no URL to call');
  const client = new GraphQLClient(endpoint.url, {
    // Only what graphql-request uses of fetch and Response, without waking Node's own implementation of them.
    fetch: ((url: URL, init: { body: string }) => send(attempt, url, init.body)) as unknown as typeof fetch,
    errorPolicy: 'all',
    // The operation's name is known; finding it would run graphql's parser.
    excludeOperationName: true,
    jsonSerializer: {
      stringify: (request: object) => JSON.stringify({ ...request, operationName: what.operationName }),
      parse: (text) => (seen.isKnown ? NOTHING_READ : readResult(text, context, what.list)),
    },
  });
  const { data, errors } = await client
    .rawRequest<JsonRecord | null>(what.document, { ...what.variables })
    .catch((error: unknown) => {
      // The library's own errors hold the variables and the whole answer, so nothing of them goes on.
      if (error instanceof CompassError) throw error;
      throw callError(
        context,
        'InternalError',
        `the GraphQL client failed (${error instanceof Error ? error.name : 'no error'})`,
        {
          maybeDone: attempt.progress.status !== 0,
        },
      );
    });
  const faults = readFaults(errors ?? [], context, 200);
  const worst = mostSpecific(faults);
  if (worst && !(what.partial && data)) throw worst;
  if (!data) throw callError(context, 'InvalidAnswer', 'the answer has no data', { status: 200, maybeDone: true });
  return { data, faults, requestId: context.requestId, bytes: attempt.progress.bytes, digest: seen.digest };
}

async function send({ endpoint, what, transport, context, progress, seen }: Attempt, url: URL, body: string) {
  const timeoutMs = what.timeoutMs ?? (what.token ? TOKEN_CALL_TIMEOUT_MS : (transport.callMs ?? CALL_TIMEOUT_MS));
  const request = {
    url,
    headers: requestHeaders(endpoint, what.token, context),
    body,
    timeoutMs,
    maxBytes: what.maxBytes ?? MAX_BYTES,
    digests: what.knows !== undefined,
    agents: agentsFor(transport, endpoint.credential),
    repeatable: what.token === undefined,
    signal: what.token === undefined ? eitherSignal(transport.signal, endpoint.signal) : undefined,
  };
  const answer = await post(request, context);
  progress.status = answer.status;
  progress.bytes = answer.bytes;
  const date = Date.parse(answer.headers.date ?? '');
  if (Number.isFinite(date)) progress.clockSkewMs = date - context.now();
  const judgement = judgeStatus(answer, context);
  if (judgement) throw judgement;
  seen.digest = answer.digest;
  seen.isKnown = answer.digest !== undefined && what.knows?.(answer.digest) === true;
  return { ok: true, status: 200, headers: JSON_HEADERS, text: () => Promise.resolve(answer.body) };
}

function eitherSignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const [first, second] = signals.filter((signal) => signal !== undefined);
  return first && second ? AbortSignal.any([first, second]) : first;
}

const NOTHING_READ = { data: {} };

/** What graphql-request looks at to choose the parser; judgeStatus has seen the real one. */
const JSON_HEADERS = { get: () => 'application/json' };
