import { concurrently } from '#common/sync/concurrently.ts';
import type { Member } from './member.ts';

interface Survey {
  /** At a time. */
  readonly concurrency: number;
  readonly ask: (context: string) => Promise<readonly Member[]>;
  /** Told whenever one is done, with those that are not: how many, and the names of those under way. */
  readonly onProgress: (left: number, underWay: readonly string[]) => void;
  /** Told of each context's members in the order given, as soon as all before it are known. */
  readonly onMembers: (members: readonly Member[]) => void;
}

/** Asks contexts side by side, and gives their members in the order given. */
export async function survey(
  contexts: readonly string[],
  { concurrency, ask, onProgress, onMembers }: Survey,
): Promise<readonly Member[]> {
  const answers: (readonly Member[] | undefined)[] = contexts.map(() => undefined);
  const underWay = new Set<string>();
  let [left, told] = [contexts.length, 0];
  await concurrently(contexts.entries(), Math.min(concurrency, contexts.length), async ([at, context]) => {
    underWay.add(context);
    onProgress(left, [...underWay]);
    answers[at] = await ask(context);
    underWay.delete(context);
    left -= 1;
    onProgress(left, [...underWay]);
    for (let next = answers[told]; next; next = answers[told]) {
      told += 1;
      onMembers(next);
    }
  });
  return answers.flatMap((members) => members ?? []);
}
