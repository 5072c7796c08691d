import { request } from 'node:http';
import type { Swap } from './credential-files.ts';

const TIMEOUT_MS = 5_000;

/**
 * POSTs the generation, as JSON, on a connection of its own; redirects are not followed, and the answer's body is not read.
 * Throws an Error for people where it is not answered with 2xx within five seconds.
 */
export function callUrl(url: string, { generation }: Pick<Swap, 'generation'>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const body = JSON.stringify({ generation });
  const call = request(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
  });
  const fail = (why: string) => {
    reject(new Error(`POST ${withoutQuery(url)}: ${why}`));
    call.destroy();
  };
  const timer = setTimeout(() => fail(`no answer within ${TIMEOUT_MS / 1_000} s`), TIMEOUT_MS);
  call.on('error', ({ code, name }: NodeJS.ErrnoException) => fail(code ?? name));
  call.once('response', ({ statusCode = 0 }) => {
    if (statusCode < 200 || statusCode > 299) return fail(`the answer is ${statusCode}`);
    resolve();
    call.destroy();
  });
  call.end(body);
  return promise.finally(() => clearTimeout(timer));
}

/** A query may hold a password of the neighbour's. */
function withoutQuery(url: string): string {
  return url.split('?', 1)[0] ?? '';
}
