import type { Cluster } from '#common/cluster/cluster.ts';
import { REASONS } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { reasonOfInterruption } from '../wait/interruption.ts';
import { readerGone } from '../watch/reader-gone.ts';
import { Wakeup } from '../watch/wakeup.ts';
import { follow } from './follow.ts';
import { fetchLandscape, type Query, requireNamed, sorted } from './query.ts';
import type { Row } from './row.ts';
import { createRowPrinter, type RowChange, type RowPrinter } from './row-printer.ts';
import { rowsOf } from './rows.ts';

/** Changes that come closer together are one: the last of them is always shown. */
const COALESCE_MS = 100;
/** Looks again at what nobody tells of. */
const TICK_MS = 10_000;

/** Lists, and then prints each row that changes, as `kubectl get -w` does, until it is stopped or nobody reads any more. */
export async function watchRows(invocation: Invocation, cluster: Cluster, query: Query): Promise<number> {
  const { clock, interrupted, stdout } = invocation;
  const landscape = await fetchLandscape(invocation, cluster, query);
  requireNamed(query, rowsOf(landscape, query), landscape);
  const ended = new AbortController();
  const signal = AbortSignal.any([interrupted, ended.signal, readerGone(stdout)]);
  const wakeup = new Wakeup();
  const onTrouble = (message: string) => invocation.progress.busy('stream', `lost, retrying: ${message}`);
  const following = follow({ cluster, clock, signal, query, landscape, onChange: () => wakeup.wake(), onTrouble });
  const changes = new Changes(createRowPrinter(invocation, query.type), invocation.flags.isOn('watch-only'));
  try {
    while (!signal.aborted) {
      changes.show(sorted(rowsOf(await following.landscape(), query), query.sortBy));
      await wakeup.wait(clock, TICK_MS, signal);
      await clock.sleep(COALESCE_MS, signal);
    }
  } finally {
    ended.abort();
    await following.done;
  }
  return interrupted.aborted ? REASONS[reasonOfInterruption(interrupted)].exit : 0;
}

/** Tells what is new between one look and the next. */
class Changes {
  readonly #printer: RowPrinter;
  readonly #onlyNew: boolean;
  #shown: ReadonlyMap<string, Row> | undefined;

  constructor(printer: RowPrinter, onlyNew: boolean) {
    this.#printer = printer;
    this.#onlyNew = onlyNew;
  }

  show(rows: readonly Row[]): void {
    const before = this.#shown;
    const now = new Map(rows.map((row) => [row.key, row]));
    this.#shown = now;
    if (!before) {
      if (!this.#onlyNew) this.#printer.print(rows.map((row) => ({ type: 'ADDED', row })));
      return;
    }
    const gone = [...before.values()].filter(({ key }) => !now.has(key));
    const changed = rows.flatMap((row): RowChange[] => {
      const last = before.get(row.key);
      if (!last) return [{ type: 'ADDED', row }];
      return this.#printer.isSame(last, row) ? [] : [{ type: 'MODIFIED', row }];
    });
    this.#printer.print([...gone.map((row) => ({ type: 'DELETED' as const, row })), ...changed]);
  }
}
