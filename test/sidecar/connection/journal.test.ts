import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sensitive } from '#common/sensitive.ts';
import {
  type ConfiguredJournal,
  type IssuedJournal,
  isContinuedBy,
  JOURNAL_FORMAT,
  type Journal,
  type PreparedJournal,
} from '../../../sidecar/connection/journal.ts';

const base = {
  purpose: 'pair',
  startedAt: 1,
  key: new Sensitive('key'),
  tokenHash: 'hash',
  holder: 'pod-a',
  epoch: 3,
} as const;
const urls = { connector: 'https://c/', director: 'https://d/' };
const prepared: PreparedJournal = { ...base, phase: 'prepared' };
const configured: ConfiguredJournal = { ...base, phase: 'configured', configuredAt: 10, subject: 'CN=x', urls };
const issued: IssuedJournal = { ...base, phase: 'issued', urls, leaf: 'l', chain: 'c', ca: 'a' };

const encoded = (journal: Journal) =>
  JSON.parse(JSON.stringify(JOURNAL_FORMAT.encode(journal))) as Record<string, unknown>;

test('a journal is read as it was written, in each phase, with its holder and epoch', () => {
  for (const journal of [prepared, { ...configured, secondToken: new Sensitive('second') }, issued]) {
    const read = JOURNAL_FORMAT.decode(encoded(journal));
    assert.deepEqual(read && encoded(read), encoded(journal));
  }
});

test('R5: a journal of a version that knew neither holder nor epoch is read', () => {
  const { holder: _holder, epoch: _epoch, ...older } = encoded(configured);
  const read = JOURNAL_FORMAT.decode(older);
  assert.equal(read?.phase, 'configured');
  assert.deepEqual([read?.holder, read?.epoch], [undefined, undefined]);
});

test('R4: what is stored is continued by what came of it later, and by nothing else', () => {
  const later = { ...configured, configuredAt: 11 };
  const cases: [stored: Journal, next: Journal, isContinued: boolean][] = [
    [prepared, configured, true],
    [configured, later, true],
    [later, configured, false],
    [configured, issued, true],
    [issued, configured, false],
    [prepared, { ...issued, key: new Sensitive('another') }, false],
  ];
  for (const [stored, next, isContinued] of cases) {
    assert.equal(isContinuedBy(stored, next), isContinued, `${stored.phase} by ${next.phase}`);
  }
});
