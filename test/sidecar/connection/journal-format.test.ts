import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sensitive } from '#common/sensitive.ts';
import { baseOf, isContinuedBy, JOURNAL_FORMAT, type Journal } from '../../../sidecar/connection/journal.ts';

const URLS = { connector: 'https://c/', director: 'https://d/' };
const BASE = { version: 1, purpose: 'pair', startedAt: 1, key: 'key' };
const PREPARED = { ...BASE, phase: 'prepared' };
const CONFIGURED = { ...BASE, phase: 'configured', configuredAt: 10, subject: 'CN=x', urls: URLS };
const ISSUED = { ...BASE, phase: 'issued', urls: URLS, leaf: 'l', chain: 'c', ca: 'a' };

const decode = (raw: unknown): Journal => JOURNAL_FORMAT.decode(raw) ?? assert.fail('it makes no sense');

/** As it would be written anew. */
const again = (raw: unknown): unknown => JSON.parse(JSON.stringify(JOURNAL_FORMAT.encode(decode(raw))));

test('a journal has what its phase has, and nothing else', () => {
  for (const raw of [PREPARED, { ...PREPARED, purpose: 'renew' }, CONFIGURED, ISSUED]) {
    assert.deepEqual(again({ ...raw, later: 'of a newer version' }), raw);
  }
  const holder = { tokenHash: 'h', holder: 'pod', epoch: 2 };
  assert.deepEqual(again({ ...PREPARED, ...holder }), { ...PREPARED, ...holder });
  assert.deepEqual(again({ ...PREPARED, tokenHash: 1, holder: 2, epoch: 'x' }), PREPARED);
});

test('the second token is kept, revealed only where it is written', () => {
  const journal = decode({ ...CONFIGURED, secondToken: 'second' });
  assert.doesNotMatch(JSON.stringify(journal), /"second"|"key":"key"/);
  assert.deepEqual(again({ ...CONFIGURED, secondToken: 'second' }), { ...CONFIGURED, secondToken: 'second' });
  assert.deepEqual(again({ ...CONFIGURED, secondToken: 5 }), CONFIGURED);
  assert.equal('secondToken' in decode(CONFIGURED), false);
});

const without = (raw: object, field: string) => ({ ...raw, [field]: undefined });

const SENSELESS: readonly unknown[] = [
  ...[undefined, null, 'text', 5, {}, { ...PREPARED, version: 2 }, without(PREPARED, 'version')],
  ...[without(PREPARED, 'phase'), { ...ISSUED, phase: 'other' }, { ...PREPARED, purpose: 'other' }],
  ...['purpose', 'key', 'startedAt'].map((field) => without(PREPARED, field)),
  ...[
    { ...PREPARED, key: 5 },
    { ...PREPARED, startedAt: 'then' },
  ],
  ...['urls', 'subject', 'configuredAt'].map((field) => without(CONFIGURED, field)),
  ...[
    { ...CONFIGURED, urls: 5 },
    { ...CONFIGURED, urls: { connector: 'https://c/' } },
  ],
  ...[
    { ...CONFIGURED, urls: null },
    { ...CONFIGURED, urls: { director: 'https://d/' } },
  ],
  ...[
    { ...CONFIGURED, configuredAt: 'then' },
    { ...CONFIGURED, subject: 5 },
  ],
  ...['urls', 'leaf', 'chain', 'ca'].map((field) => without(ISSUED, field)),
];

test('what is no journal counts as none, and never throws', () => {
  for (const raw of SENSELESS) assert.equal(JOURNAL_FORMAT.decode(raw), undefined, JSON.stringify(raw));
});

test('the next phase takes over what every phase has, and only that', () => {
  const all = { tokenHash: 'h', holder: 'pod', epoch: 2 };
  const { key, ...rest } = baseOf(decode({ ...ISSUED, ...all }));
  assert.deepEqual(rest, { purpose: 'pair', startedAt: 1, ...all });
  assert.equal(key.reveal(), 'key');
  assert.deepEqual(baseOf(decode(ISSUED)), { purpose: 'pair', startedAt: 1, key: new Sensitive('key') });
  assert.deepEqual(Object.keys(baseOf(decode(ISSUED))), ['purpose', 'startedAt', 'key']);
});

test('a journal is continued by itself', () => {
  for (const raw of [PREPARED, CONFIGURED, ISSUED]) assert.equal(isContinuedBy(decode(raw), decode(raw)), true);
  assert.equal(isContinuedBy(decode(CONFIGURED), decode(PREPARED)), false);
});
