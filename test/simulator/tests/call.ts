import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import type { Json } from '../model.ts';

/** What a test sends. `body` replaces the GraphQL request; `cert` and `key` are PEM. */
export interface Call {
  ca: string;
  cert?: string;
  key?: string;
  headers?: Record<string, string>;
  query?: string;
  variables?: Record<string, Json>;
  operationName?: string;
  body?: string;
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** `data` and `errors` of a GraphQL answer; empty for what is no JSON. */
  data: Record<string, never>;
  errors: { message: string; extensions?: { error_code?: number; error?: string; code?: string } }[];
}

function parseGraphql(text: string): Pick<Reply, 'data' | 'errors'> {
  try {
    const { data, errors } = JSON.parse(text);
    return { data, errors: errors ?? [] };
  } catch {
    return { data: {}, errors: [] };
  }
}

/** One POST over real HTTPS on a connection of its own. */
export async function call(url: string, { ca, cert, key, headers, body, ...graphql }: Call): Promise<Reply> {
  const identity = cert === undefined ? {} : { cert, key };
  const outgoing = request(url, {
    method: 'POST',
    agent: false,
    ca,
    ...identity,
    headers: { 'content-type': 'application/json', ...headers },
  });
  outgoing.end(body ?? JSON.stringify(graphql));
  const [response] = await once(outgoing, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return { status: response.statusCode, headers: response.headers, text, ...parseGraphql(text) };
}
