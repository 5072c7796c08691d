import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredCredential } from '#common/pki/certificate.ts';
import { Sensitive } from '#common/sensitive.ts';
import { Aside, isPairingUnderWay, renewableFrom } from '../../../sidecar/connection/aside.ts';
import type { ConnectionContext } from '../../../sidecar/connection/context.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import type {
  ConfiguredJournal,
  IssuedJournal,
  Journal,
  PreparedJournal,
} from '../../../sidecar/connection/journal.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';

const urls = { connector: 'https://c/', director: 'https://d/' };
const PREPARED: PreparedJournal = { phase: 'prepared', purpose: 'pair', startedAt: 1, key: new Sensitive('key') };
const CONFIGURED: ConfiguredJournal = { ...PREPARED, phase: 'configured', configuredAt: 1, subject: 'CN=new', urls };
const ISSUED: IssuedJournal = { ...PREPARED, phase: 'issued', urls, leaf: 'l', chain: 'c', ca: 'a' };
const RENEWAL: ConfiguredJournal = { ...CONFIGURED, purpose: 'renew' };

test('a pairing is under way from where its token has left', () => {
  assert.deepEqual([undefined, PREPARED, CONFIGURED, ISSUED, RENEWAL].map(isPairingUnderWay), [
    ...[false, false, true, true, false],
  ]);
});

async function holding(journal?: Journal) {
  const context = { journal: new DocumentStore(memoryDocument<Journal>()) } as ConnectionContext;
  if (journal) await context.journal.write(journal);
  return context;
}

const credential = (fingerprint: string) => ({ fingerprint }) as StoredCredential;

test('a renewal has the journal to itself unless a pairing waits in it', async () => {
  for (const journal of [undefined, PREPARED, RENEWAL]) {
    const context = await holding(journal);
    assert.equal(new Aside().contextFor(context, credential('a')), context);
  }
});

test('beside a pairing a renewal goes on with its own journal, which is not that of another credential', async () => {
  const aside = new Aside();
  const context = await holding(CONFIGURED);
  const first = aside.contextFor(context, credential('a')).journal;
  assert.equal(await first.load(), undefined);
  await first.write(RENEWAL);
  assert.equal(aside.contextFor(context, credential('a')).journal.value, RENEWAL);
  assert.equal(aside.contextFor(context, credential('b')).journal.value, undefined);
  assert.equal(aside.contextFor(context, credential('a')).journal.value, undefined);
  assert.equal(context.journal.value, CONFIGURED);
});

test('a renewal waits for half of the time that is left where it would make a second token of the same identity void', () => {
  const dates = { renewAt: 100, notAfter: 300 };
  const from = (journal: Journal | undefined, commonName: string | undefined) =>
    renewableFrom(journal, { commonName }, dates);
  assert.equal(from(CONFIGURED, 'new'), 200);
  assert.equal(from(CONFIGURED, 'old'), 100);
  assert.equal(from(CONFIGURED, undefined), 200);
  for (const subject of ['no subject', 'O=without a name']) assert.equal(from({ ...CONFIGURED, subject }, 'old'), 200);
  for (const other of [undefined, PREPARED, ISSUED, RENEWAL]) assert.equal(from(other, 'new'), 100);
});
