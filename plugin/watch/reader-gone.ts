import type { Sink } from '../command.ts';

/** Aborted when whoever read the output has gone (`| head`): a watch would never find out otherwise. */
export function readerGone({ stream }: Sink): AbortSignal {
  const gone = new AbortController();
  stream.once('error', () => gone.abort());
  return gone.signal;
}
