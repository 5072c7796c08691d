import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { Endpoint } from '#common/cluster/endpoint.ts';

export interface RawEvent {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: objects of every kind are looked into field by field by assertions
  readonly object: any;
}

/** The events of a watch as the server sends them; ends when the server or the caller ends it. */
export async function* watchRaw(
  endpoint: Endpoint,
  path: string,
  accept = 'application/json',
): AsyncGenerator<RawEvent> {
  const { agent, authorization } = await endpoint.credential();
  const headers = { accept, ...(authorization ? { authorization: authorization.reveal() } : {}) };
  const outgoing = request(`${endpoint.server}${path}`, { agent, headers }).end();
  try {
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    let rest = '';
    for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield JSON.parse(line) as RawEvent;
    }
  } finally {
    outgoing.destroy();
  }
}
