import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sensitive } from '#common/sensitive.ts';
import type { ConnectionContext } from '../../../sidecar/connection/context.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import { dropPair } from '../../../sidecar/connection/drop-pair.ts';
import type { IssuedJournal, Journal } from '../../../sidecar/connection/journal.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { freshState, type StoredState } from '../../../sidecar/connection/state.ts';

const RENEWAL: IssuedJournal = {
  ...{ phase: 'issued', purpose: 'renew', startedAt: 7, key: new Sensitive('key'), leaf: 'l', chain: 'c', ca: 'a' },
  urls: { connector: 'https://c/', director: 'https://d/' },
};
const PAIRING: IssuedJournal = { ...RENEWAL, purpose: 'pair', tokenHash: 'one' };

async function dropped(journal: IssuedJournal, state?: Partial<StoredState>) {
  const context = {
    journal: new DocumentStore(memoryDocument<Journal>()),
    state: new DocumentStore(memoryDocument<StoredState>()),
  } as ConnectionContext;
  await context.journal.write(journal);
  if (state) await context.state.write({ ...freshState(), ...state });
  await dropPair(context, journal, 'it is of no use');
  assert.equal(await context.journal.load(), undefined);
  return context.state.load();
}

test('the token of a pair that is dropped is spent, and says why', async () => {
  const spent = { outcome: 'spent', mayHaveLeft: true, message: 'it is of no use' };
  assert.deepEqual((await dropped(PAIRING))?.tokens, { one: { ...spent, tries: 1, firstTriedAt: 7 } });
  const tokens = { one: { outcome: 'trying', tries: 2, firstTriedAt: 5, mayHaveLeft: false } } as const;
  const state = await dropped(PAIRING, { tokens, runtimeId: 'r' });
  assert.deepEqual(state?.tokens, { one: { ...spent, tries: 3, firstTriedAt: 5 } });
  assert.deepEqual([state?.runtimeId, state?.epoch], ['r', 1]);
});

test('a renewal that is dropped says nothing of any token', async () => {
  assert.equal(await dropped(RENEWAL), undefined);
});
