import type { LogLine } from './line.ts';

/** Several logs as one, by the time of the lines; each of them is in order already. Holds one line of each. */
export async function* mergeLogs(logs: readonly AsyncIterable<LogLine>[]): AsyncGenerator<LogLine> {
  const readers = logs.map((log) => log[Symbol.asyncIterator]());
  const next = async (reader: AsyncIterator<LogLine>) => ({ reader, result: await reader.next() });
  let heads = (await Promise.all(readers.map(next))).filter(({ result }) => !result.done);
  while (heads.length > 0) {
    const first = heads.reduce((least, head) => (head.result.value.at < least.result.value.at ? head : least));
    yield first.result.value;
    const following = await next(first.reader);
    heads = heads.flatMap((head) => {
      if (head !== first) return [head];
      return following.result.done ? [] : [following];
    });
  }
}
