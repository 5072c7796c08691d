import type { ConnectionContext } from './context.ts';
import type { IssuedJournal } from './journal.ts';
import { freshState, type StoredState, type TokenRecord, withToken } from './state.ts';

/** A new pair is of no use to anybody: its token counts as spent, for this reason, and its journal goes. */
export async function dropPair(context: ConnectionContext, journal: IssuedJournal, why: string): Promise<void> {
  if (journal.tokenHash !== undefined) {
    const state = (await context.state.load()) ?? freshState();
    await context.state.write(withToken(state, journal.tokenHash, spentRecord(state, journal, why)));
  }
  await context.journal.remove();
}

function spentRecord(state: StoredState, { tokenHash = '', startedAt }: IssuedJournal, message: string): TokenRecord {
  const earlier = state.tokens[tokenHash];
  const firstTriedAt = earlier?.firstTriedAt ?? startedAt;
  return { outcome: 'spent', tries: (earlier?.tries ?? 0) + 1, firstTriedAt, mayHaveLeft: true, message };
}
