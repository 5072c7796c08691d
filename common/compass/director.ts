import { isRecord, type JsonRecord } from '../json.ts';
import { Sensitive } from '../sensitive.ts';
import { answerReader } from './answer.ts';
import {
  type Operation,
  REQUEST_TOKEN_FOR_APPLICATION,
  REQUEST_TOKEN_FOR_RUNTIME,
  RUNTIME,
  SET_RUNTIME_LABEL,
} from './documents.ts';
import type { Endpoint, Transport } from './endpoint.ts';
import { call } from './graphql.ts';

export interface DirectorRuntime {
  readonly id: string;
  /** Values are of any JSON type. */
  readonly labels: JsonRecord;
}

/** Undefined where the Director knows no such Runtime (an identity without one is Rejected before that). */
export async function fetchRuntime(
  endpoint: Endpoint,
  transport: Transport,
  runtimeId: string,
): Promise<DirectorRuntime | undefined> {
  const what = { ...RUNTIME, variables: { id: runtimeId }, onRuntime: true };
  const { data, requestId } = await call(endpoint, what, transport);
  if (data['runtime'] === null) return undefined;
  const reader = answerReader('runtime', requestId);
  const runtime = reader.record(data['runtime'], 'runtime');
  return {
    id: reader.text(runtime['id'], 'runtime.id'),
    labels: isRecord(runtime['labels']) ? runtime['labels'] : {},
  };
}

export async function setRuntimeLabel(
  endpoint: Endpoint,
  transport: Transport,
  label: { readonly runtimeId: string; readonly key: string; readonly value: string },
): Promise<void> {
  const what = { ...SET_RUNTIME_LABEL, variables: { ...label }, onRuntime: true };
  const { data, requestId } = await call(endpoint, what, transport);
  answerReader('setRuntimeLabel', requestId).record(data['setRuntimeLabel'], 'setRuntimeLabel');
}

export interface OneTimeToken {
  readonly token: Sensitive;
  /** Token and URL in one, as people paste it. */
  readonly rawEncoded?: Sensitive;
  readonly connectorUrl: string;
  /** RFC 3339, as the Director writes it. */
  readonly expiresAt: string;
}

export interface TokenRequest {
  readonly id: string;
  /** An existing identity, which the token then keeps; without it the Director makes a new client id. */
  readonly systemAuthId?: string | undefined;
}

/** Needs an administrator's bearer token and the tenant in `endpoint`. */
export function requestOneTimeTokenForRuntime(
  endpoint: Endpoint,
  transport: Transport,
  request: TokenRequest,
): Promise<OneTimeToken> {
  return requestToken(endpoint, transport, REQUEST_TOKEN_FOR_RUNTIME, request, { onRuntime: true });
}

/** Needs an administrator's bearer token and the tenant in `endpoint`. */
export function requestOneTimeTokenForApplication(
  endpoint: Endpoint,
  transport: Transport,
  request: TokenRequest,
): Promise<OneTimeToken> {
  return requestToken(endpoint, transport, REQUEST_TOKEN_FOR_APPLICATION, request, { onApplication: true });
}

async function requestToken(
  endpoint: Endpoint,
  transport: Transport,
  operation: Operation,
  { id, systemAuthId }: TokenRequest,
  about: { readonly onRuntime?: boolean; readonly onApplication?: boolean },
): Promise<OneTimeToken> {
  const variables = systemAuthId === undefined ? { id } : { id, systemAuthId };
  const { data, requestId } = await call(endpoint, { ...operation, variables, ...about }, transport);
  const reader = answerReader(operation.operationName, requestId);
  const token = reader.record(data[operation.operationName], operation.operationName);
  const rawEncoded = token['rawEncoded'];
  return {
    token: new Sensitive(reader.text(token['token'], 'token')),
    connectorUrl: reader.text(token['connectorURL'], 'connectorURL'),
    expiresAt: reader.text(token['expiresAt'], 'expiresAt'),
    ...(typeof rawEncoded === 'string' && rawEncoded !== ''
      ? { rawEncoded: new Sensitive(reader.text(rawEncoded, 'rawEncoded')) }
      : {}),
  };
}
