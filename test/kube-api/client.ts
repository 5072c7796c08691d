import { Agent, request } from 'node:https';
import type { JsonObject } from './json.ts';
import type { KubeApi } from './kube-api.ts';

/** One answer: the status, the body as JSON ({} when it is none) and as text. */
export type Reply = { code: number; body: JsonObject; text: string; headers: Record<string, unknown> };

/** What a call may say beside method and path. */
export type CallOptions = {
  body?: unknown;
  type?: string;
  token?: string;
  accept?: string;
  headers?: Record<string, string>;
};

const types = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** The content types of patches. */
export const patchType = types;

/** Calls the server as its admin, or by another token. */
export function call(api: KubeApi, method: string, path: string, options: CallOptions = {}): Promise<Reply> {
  const { body, type = 'application/json', token = api.token(), accept = 'application/json', headers = {} } = options;
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const agent = new Agent({ ca: api.caPem, keepAlive: false });
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(path, api.url),
      {
        method,
        agent,
        headers: {
          accept,
          'user-agent': 'test/1.0',
          ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
          ...(text === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
          ...headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const whole = Buffer.concat(chunks).toString();
          resolve({ code: incoming.statusCode ?? 0, body: parse(whole), text: whole, headers: incoming.headers });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

function parse(text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return {};
  }
}

/** The events of a watch, one by one, until it ends; breaking out of the loop closes it. */
export async function* watchEvents(api: KubeApi, path: string): AsyncGenerator<JsonObject> {
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const headers = { authorization: `Bearer ${api.token()}`, accept: 'application/json' };
    request(new URL(path, api.url), { headers, agent: new Agent({ ca: api.caPem }) }, resolve)
      .on('error', reject)
      .end();
  });
  let rest = '';
  try {
    for await (const chunk of response) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as JsonObject;
    }
  } finally {
    response.destroy();
  }
}
