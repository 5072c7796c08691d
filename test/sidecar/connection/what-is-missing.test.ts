import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import type { StoredCredential } from '#common/pki/certificate.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { Configuration } from '../../../sidecar/connection/configuration.ts';
import type { CredentialJudgement } from '../../../sidecar/connection/credential.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import type { Journal } from '../../../sidecar/connection/journal.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { freshState, type StoredState, type TokenRecord } from '../../../sidecar/connection/state.ts';
import {
  hasUnusedToken,
  reconnectNeedsToken,
  whatBecameOfToken,
  whatIsMissing,
} from '../../../sidecar/connection/what-is-missing.ts';

const TRYING: TokenRecord = { outcome: 'trying', tries: 1, firstTriedAt: 1, mayHaveLeft: false };
const USED: TokenRecord = { ...TRYING, outcome: 'used' };
const SPENT: TokenRecord = { ...TRYING, outcome: 'spent', message: 'answer lost' };
const PREPARED: Journal = {
  phase: 'prepared',
  purpose: 'pair',
  startedAt: 1,
  key: new Sensitive('key'),
  tokenHash: 'one',
};
const CONFIGURED: Journal = {
  ...PREPARED,
  ...{
    phase: 'configured',
    configuredAt: 1,
    subject: 'CN=x',
    urls: { connector: 'https://c/', director: 'https://d/' },
  },
};

const configured = (hash?: string): { readonly configuration: Configuration } => ({
  configuration: {
    ...{ connectorUrl: 'https://c.example.com', runtimeId: 'r', tenant: undefined },
    token: hash === undefined ? undefined : { value: new Sensitive('secret'), hash },
  },
});
const misconfigured = (reason: 'ConfigurationMissing' | 'ConfigurationInvalid') => ({
  configuration: new CompassError(reason, 'what is wrong with it'),
});

const absent: CredentialJudgement = { error: new CompassError('InvalidCredential', 'there is no key'), isAbsent: true };

async function storing(state?: Partial<StoredState>, journal?: Journal) {
  const stores = {
    state: new DocumentStore(memoryDocument<StoredState>()),
    journal: new DocumentStore(memoryDocument<Journal>()),
  };
  if (state) await stores.state.write({ ...freshState(), ...state });
  if (journal) await stores.journal.write(journal);
  return stores;
}

const told = ({ reason, message }: CompassError) => `${reason}: ${message}`;

test('what is missing is a token, and why: none, one that is used up, a certificate that expired', async () => {
  const stored = await storing({ tokens: { one: USED, two: SPENT } });
  const missing = (hash?: string, judged = absent) => told(whatIsMissing(stored, configured(hash), judged, undefined));
  const none = 'TokenRequired: there is no usable client certificate, and';
  const hint = /; request a new one-time token in Compass/;
  assert.ok(missing().startsWith(`${none} there is no TOKEN in the configuration; request`), missing());
  assert.match(missing(), hint);
  assert.ok(missing('of-nobody').startsWith(`${none} there is no TOKEN in the configuration;`));
  assert.ok(missing('one').startsWith(`${none} the TOKEN in the configuration is used; request`), missing('one'));
  assert.ok(missing('two').startsWith(`${none} the TOKEN in the configuration is spent (answer lost); request`));
  const expired = { error: new CompassError('CertificateExpired', 'it ended in May'), isAbsent: false };
  assert.match(missing('one', expired), /^TokenRequired: it ended in May, and the TOKEN in the configuration is used;/);
});

test('what is missing before anything is known is a token as well', async () => {
  const usable = { usable: {} as StoredCredential };
  const { reason, message } = whatIsMissing(await storing(), configured('one'), usable, undefined);
  assert.equal(reason, 'TokenRequired');
  assert.match(message, /^the stored certificate is good, but nothing says where Compass is, and there is no TOKEN/);
});

test('what stands in the way first is told: a foreign Secret, a disconnect, a refusal, the configuration, the token', async () => {
  const foreign = { error: new CompassError('ForeignObject', 'of another'), isAbsent: false };
  const disconnected = await storing({ disconnected: { id: 'a', since: 1, purge: false } });
  const connected = await storing({});
  const rejection = new CompassError('Rejected', 'unknown certificate');
  const invalid = misconfigured('ConfigurationInvalid');
  assert.equal(whatIsMissing(disconnected, invalid, foreign, rejection), foreign.error);
  assert.equal(whatIsMissing(disconnected, invalid, absent, rejection).reason, 'Disconnected');
  const refused = whatIsMissing(connected, invalid, absent, rejection);
  assert.match(told(refused), /^Rejected: unknown certificate; request a new one-time token/);
  assert.equal(whatIsMissing(connected, invalid, absent, undefined), invalid.configuration);
  assert.equal(whatIsMissing(connected, configured(), absent, undefined).reason, 'TokenRequired');
});

test('a reconnect that was asked for says what became of the token that it needs', async () => {
  const stored = await storing({ tokens: { one: USED, two: SPENT } });
  const told = (hash?: string) => reconnectNeedsToken(stored, configured(hash)).message;
  assert.match(told('one'), /asked for, but the TOKEN in the configuration is used; the present connection serves on;/);
  assert.match(told('two'), /asked for, but the TOKEN in the configuration is spent \(answer lost\); the present/);
  assert.match(told(), /asked for, but there is no unused TOKEN in the configuration; the present/);
  assert.match(told('of-nobody'), /asked for, but the TOKEN in the configuration is used; the present/);
  const unreadable = reconnectNeedsToken(await storing(), misconfigured('ConfigurationInvalid'));
  assert.equal(unreadable.reason, 'TokenRequired');
  assert.match(unreadable.message, /there is no unused TOKEN/);
  assert.match(
    reconnectNeedsToken(await storing(), configured('one')).message,
    /the TOKEN in the configuration is used;/,
  );
});

test('a token is none, unused, on its way, or what its record says; of a configuration that cannot be read nothing is known', async () => {
  const fresh = await storing();
  assert.equal(whatBecameOfToken(fresh, misconfigured('ConfigurationMissing')), 'none');
  assert.equal(whatBecameOfToken(fresh, misconfigured('ConfigurationInvalid')), undefined);
  assert.equal(whatBecameOfToken(fresh, configured()), 'none');
  assert.equal(whatBecameOfToken(fresh, configured('one')), 'unused');
  assert.equal(whatBecameOfToken(await storing({}, PREPARED), configured('one')), 'unused');
  assert.equal(whatBecameOfToken(await storing({}, CONFIGURED), configured('one')), 'trying');
  assert.equal(whatBecameOfToken(await storing({}, CONFIGURED), configured('two')), 'unused');
  const known = await storing({ tokens: { one: USED, two: TRYING } }, CONFIGURED);
  assert.deepEqual(
    [whatBecameOfToken(known, configured('one')), whatBecameOfToken(known, configured('two'))],
    ['used', 'trying'],
  );
});

test('a token may be spent unless it gave something already, or lay there when a disconnect was asked for', () => {
  const state = { ...freshState(), tokens: { one: USED, two: TRYING } };
  const may = (hash: string | undefined, isReconnectAskedFor: boolean, known: StoredState = state) =>
    hasUnusedToken({ ...configured(hash), isReconnectAskedFor }, known);
  assert.deepEqual([may('one', false), may('two', false), may('three', false)], [false, true, true]);
  assert.equal(may(undefined, true), false);
  const unreadable = { ...misconfigured('ConfigurationInvalid'), isReconnectAskedFor: true };
  assert.equal(hasUnusedToken(unreadable, state), false);
  const disconnected = { ...state, disconnected: { id: 'a', since: 1, purge: false, seenToken: 'three' } };
  assert.deepEqual([may('three', false, disconnected), may('three', true, disconnected)], [false, true]);
  assert.equal(may('four', false, disconnected), true);
});
