import type { IncomingMessage } from 'node:http';
import { LARGEST_BODY, type Refusal, TOO_LARGE } from './proxy-rules.ts';

const NO_ROOM: Refusal = {
  status: 503,
  message: 'too much is under way',
  headers: { connection: 'close', 'retry-after': '1' },
};

/**
 * A request's body; undefined where its caller went away. `hold` is asked for room for each piece, which is the caller's of this
 * to let go of.
 */
export function readBody(
  request: IncomingMessage,
  hold: (bytes: number) => boolean,
): Promise<Buffer | Refusal | undefined> {
  const { promise, resolve } = Promise.withResolvers<Buffer | Refusal | undefined>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  const take = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= LARGEST_BODY && hold(chunk.length)) return chunks.push(chunk);
    request.off('data', take);
    chunks.length = 0;
    return resolve(bytes > LARGEST_BODY ? TOO_LARGE : NO_ROOM);
  };
  request.on('data', take);
  request.once('end', () => resolve(Buffer.concat(chunks)));
  request.once('error', () => resolve(undefined));
  request.once('close', () => resolve(undefined));
  return promise;
}
