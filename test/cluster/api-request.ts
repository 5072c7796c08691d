import type { Agent } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Endpoint } from '#common/cluster/endpoint.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The parsed body, or undefined where it is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of every kind are looked into field by field by assertions
  readonly json: any;
}

export interface ApiRequestOptions {
  readonly body?: unknown;
  /** `application/json` unless said. */
  readonly contentType?: string;
  readonly accept?: string;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

function exchange(
  url: string,
  agent: Agent,
  method: string,
  headers: Record<string, string>,
  body: string | undefined,
) {
  return new Promise<ApiAnswer>((resolve, reject) => {
    const outgoing = request(url, { method, agent, headers, timeout: 30_000 }, (answer) => {
      text(answer).then((received) => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: received, json: parse(received) });
      }, reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${url}: no answer within 30 s`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Sends any request to an API server, as somebody, and gives whatever it answers. */
export async function apiRequest(
  endpoint: Endpoint,
  method: string,
  path: string,
  { body, contentType = 'application/json', accept = 'application/json' }: ApiRequestOptions = {},
): Promise<ApiAnswer> {
  const { agent, authorization } = await endpoint.credential();
  const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const headers = {
    accept,
    'user-agent': 'compass-test',
    ...(sent === undefined ? {} : { 'content-type': contentType, 'content-length': `${Buffer.byteLength(sent)}` }),
    ...(authorization ? { authorization: authorization.reveal() } : {}),
  };
  return exchange(`${endpoint.server}${path}`, agent, method, headers, sent);
}
