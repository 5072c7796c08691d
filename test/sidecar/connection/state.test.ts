import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sensitive } from '#common/sensitive.ts';
import { decodeDisconnected, disconnectedError } from '../../../sidecar/connection/disconnected.ts';
import {
  freshState,
  inNextEpoch,
  isSameUrls,
  STATE_FORMAT,
  type StoredState,
  type TokenRecord,
  withToken,
} from '../../../sidecar/connection/state.ts';

const TRYING: TokenRecord = { outcome: 'trying', tries: 2, firstTriedAt: 5, mayHaveLeft: true, secondTries: 4 };
const USED: TokenRecord = { outcome: 'used', tries: 1, firstTriedAt: 6, mayHaveLeft: false, blanked: true };
const SPENT: TokenRecord = { outcome: 'spent', tries: 3, firstTriedAt: 7, mayHaveLeft: true, message: 'gone' };
const PAIR = {
  certificateChain: 'chain',
  key: new Sensitive('key'),
  fingerprint: 'ff',
  connectorUrl: 'https://c/',
  directorUrl: 'https://d/',
  runtimeId: 'r',
  since: 4,
};
const FULL: StoredState = {
  tokens: { a: TRYING, b: USED, c: SPENT },
  urls: { connector: 'https://c/', director: 'https://d/' },
  runtimeId: 'r',
  tenant: 't',
  registered: true,
  reconnectPending: true,
  disconnected: {
    id: 'request',
    since: 9,
    seenToken: 'hash',
    purge: true,
    outcome: { result: 'failed', reason: 'ClusterRefused', message: 'why', counts: { deleted: 2 } },
  },
  superseded: [PAIR],
  starts: [1, 2],
  startsOf: 'pod',
  epoch: 3,
  deletions: { held: { id: 'h', since: 1, members: ['m'] }, decision: undefined },
  suspension: { scope: 'deletes', since: 5, until: 6, reason: 'a change', by: 'somebody', request: 'request' },
  fingerprintKey: new Sensitive('secret'),
  established: 10,
  acquired: 11,
  renewed: 12,
};

const encoded = (state: StoredState) =>
  JSON.parse(JSON.stringify(STATE_FORMAT.encode(state))) as Record<string, unknown>;
const decoded = (raw: unknown) => STATE_FORMAT.decode(raw) ?? assert.fail('it makes no sense');

/** Without the key, which is made anew where there is none, and as JSON has it. */
function shown(raw: unknown) {
  const { fingerprintKey: _key, ...rest } = encoded(decoded(raw));
  return rest;
}

const EMPTY = { version: 1, tokens: {}, registered: false, reconnectPending: false };

test('R5: a state is read as it was written, with everything in it', () => {
  const { key: _key, ...pair } = PAIR;
  const text = encoded(FULL);
  assert.deepEqual(encoded(decoded(text)), text);
  assert.deepEqual([text['version'], text['fingerprintKey']], [1, 'secret']);
  assert.deepEqual(text['superseded'], [{ ...pair, key: 'key' }]);
  assert.deepEqual(decoded(text).superseded?.[0]?.key.reveal(), 'key');
});

test('R5: what is absent in a state stays so', () => {
  assert.deepEqual(shown({ version: 1 }), EMPTY);
  assert.equal('superseded' in decoded({ version: 1 }), false);
  const { fingerprintKey: _key, ...fresh } = freshState();
  assert.deepEqual(fresh, { tokens: {}, registered: false, reconnectPending: false });
  assert.deepEqual(Object.keys(decoded({ version: 1 })).includes('urls'), false);
  for (const none of [undefined, null, 'text', {}, { version: 2 }]) assert.equal(STATE_FORMAT.decode(none), undefined);
});

test('a state without a key for fingerprints gets one of 32 random bytes', () => {
  const [one, other] = [decoded({ version: 1 }), decoded({ version: 1, fingerprintKey: '' })];
  assert.equal(Buffer.from(one.fingerprintKey.reveal(), 'base64').length, 32);
  assert.equal(Buffer.from(other.fingerprintKey.reveal(), 'base64').length, 32);
  assert.notEqual(one.fingerprintKey.reveal(), other.fingerprintKey.reveal());
});

const SPOILT: readonly (readonly [what: string, field: string, value: unknown])[] = [
  ['tokens that are none', 'tokens', { a: null, b: {}, c: { outcome: 'other' }, d: 'used' }],
  ['tokens that are no object', 'tokens', 7],
  ['one URL', 'urls', { connector: 'https://c/' }],
  ['the other URL', 'urls', { director: 'https://d/', connector: '' }],
  ['URLs that are no texts', 'urls', { connector: 1, director: 2 }],
  ['URLs that are no object', 'urls', 'https://c/'],
  ['a runtime id that is no text', 'runtimeId', 1],
  ['a tenant that is no text', 'tenant', {}],
  ['dates that are no numbers', 'established', 'yesterday'],
  ['an epoch that is no number', 'epoch', null],
  ['a registration that is not true', 'registered', 'true'],
  ['a pending reconnect that is not true', 'reconnectPending', 1],
  ['starts that are no list', 'starts', 5],
  ['starts without a number', 'starts', ['a', null]],
  ['a disconnect without an id', 'disconnected', { since: 1 }],
  ['a disconnect without a date', 'disconnected', { id: 'a' }],
  ['a disconnect that is no object', 'disconnected', null],
  ['superseded pairs that are no list', 'superseded', {}],
  ['superseded pairs that are none', 'superseded', [null, 1, {}]],
  ...(['certificateChain', 'fingerprint', 'connectorUrl', 'directorUrl', 'runtimeId', 'key', 'since'] as const).map(
    (field) =>
      [`a superseded pair without its ${field}`, 'superseded', [{ ...PAIR, key: 'k', [field]: undefined }]] as const,
  ),
];

for (const [what, field, value] of SPOILT) {
  test(`a state reads past ${what}`, () => assert.deepEqual(shown({ version: 1, [field]: value }), EMPTY));
}

test('a token that is only half there is read with what is safe', () => {
  const bare = { outcome: 'trying', tries: 0, firstTriedAt: 0, mayHaveLeft: false };
  const tokens = {
    a: { outcome: 'trying', tries: 'x', firstTriedAt: Number.NaN, mayHaveLeft: 'yes', blanked: 1, message: 1 },
  };
  assert.deepEqual(decoded({ version: 1, tokens }).tokens, { a: bare });
  assert.deepEqual(Object.keys(decoded({ version: 1, tokens: { ...tokens, b: null } }).tokens), ['a']);
  assert.deepEqual(decoded({ version: 1, starts: ['a', 3] }).starts, [3]);
});

test('a disconnect that is only half there is read with what is safe', () => {
  const bare = { id: 'a', since: 1, seenToken: undefined, purge: false, outcome: undefined };
  assert.deepEqual(decodeDisconnected({ id: 'a', since: 1, seenToken: 5, purge: 'true', outcome: 'done' }), bare);
  const outcome = { result: 'other', reason: 'no reason', message: 5, counts: { a: 1, b: 'x' } };
  assert.deepEqual(decodeDisconnected({ id: 'a', since: 1, outcome })?.outcome, {
    ...{ result: 'succeeded', reason: undefined, message: '', counts: { a: 1 } },
  });
  for (const counts of [5, null]) {
    assert.deepEqual(decodeDisconnected({ id: 'a', since: 1, outcome: { counts } })?.outcome?.counts, {});
  }
});

test('why there is no connection says whether the disconnect is over', () => {
  const under = { id: 'a', since: 1, purge: false };
  const over = { ...under, outcome: { result: 'succeeded', message: '', counts: {} } } as const;
  assert.match(disconnectedError(under).message, /^disconnecting on request; a new one-time token/);
  assert.match(disconnectedError(over).message, /^disconnected on request;/);
  assert.equal(disconnectedError(over).reason, 'Disconnected');
});

test('a token that came to its end begins another epoch, one that is tried does not', () => {
  const state = freshState();
  assert.equal(inNextEpoch(state).epoch, 1);
  assert.equal(inNextEpoch({ ...state, epoch: 4 }).epoch, 5);
  assert.equal(withToken(state, 'a', TRYING).epoch, undefined);
  assert.deepEqual(
    [USED, SPENT].map((record) => withToken(state, 'a', record).epoch),
    [1, 1],
  );
});

test('a hundred tokens are remembered, of which the latest is last and the oldest goes first', () => {
  let state = freshState();
  for (let at = 0; at < 101; at += 1) state = withToken(state, `t${at}`, TRYING);
  assert.equal(Object.keys(state.tokens).length, 100);
  assert.deepEqual([state.tokens['t0'], state.tokens['t1'], state.tokens['t100']], [undefined, TRYING, TRYING]);
  const two = withToken(withToken(freshState(), 'a', TRYING), 'b', TRYING);
  assert.deepEqual(Object.keys(withToken(two, 'a', USED).tokens), ['b', 'a']);
  const again = withToken(state, 't1', USED);
  assert.deepEqual([Object.keys(again.tokens).at(-1), again.tokens['t1'], again.tokens['t2']], ['t1', USED, TRYING]);
});

test('URLs are the same where both are', () => {
  const urls = { connector: 'https://c/', director: 'https://d/' };
  assert.equal(isSameUrls(urls, { ...urls }), true);
  assert.equal(isSameUrls(urls, { ...urls, connector: 'https://x/' }), false);
  assert.equal(isSameUrls(urls, { ...urls, director: 'https://x/' }), false);
  assert.equal(isSameUrls(urls, undefined), false);
});
