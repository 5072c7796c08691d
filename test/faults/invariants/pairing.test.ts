import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Issued, issueRoot } from '../../common/pki/authority.ts';
import type { Chronicle } from './chronicle.ts';
import { checkPairs, checkProvenFirst, fingerprintOf } from './client-pairs.ts';
import { checkDurableFirst } from './durable-first.ts';
import { hashOf, Story } from './story.ts';
import { checkTokens } from './tokens.ts';

const [first, second] = (await Promise.all([issueRoot('first'), issueRoot('second')])) as [Issued, Issued];

const prepared = (token: string, key = 'key') => ({ phase: 'prepared', key, tokenHash: hashOf(token) });
const issued = ({ pem }: Issued) => ({ phase: 'issued', key: 'key', leaf: pem });
const by = ({ pem }: Issued) => ({ certificateFingerprint: fingerprintOf(pem) });

function holds(check: (chronicle: Chronicle) => void, story: Story): void {
  assert.doesNotThrow(() => check(story.told()));
}

function breaks(check: (chronicle: Chronicle) => void, story: Story, what: RegExp): void {
  assert.throws(() => check(story.told()), what);
}

test('I1: a token that leaves before its journal is written is seen, although the journal comes', () => {
  holds(checkDurableFirst, new Story().journal(prepared('one')).spends('one'));
  breaks(checkDurableFirst, new Story().spends('one').journal(prepared('one')), /I1: .* before it stood/);
  breaks(checkDurableFirst, new Story().journal(prepared('other')).spends('one'), /I1: .* before it stood/);
  breaks(checkDurableFirst, new Story().journal(prepared('one', '')).spends('one'), /I1: .* before its key stood/);
});

test('I1: a second token that leaves before it is in the journal is seen', () => {
  const configured = { phase: 'configured', key: 'key', tokenHash: hashOf('one'), secondToken: 'two' };
  const begun = () => new Story().journal(prepared('one')).spends('one');
  holds(checkDurableFirst, begun().journal(configured).spends('two', 'signCertificateSigningRequest'));
  const early = begun().spends('two', 'signCertificateSigningRequest').journal(configured);
  breaks(checkDurableFirst, early, /I1: .* before it stood/);
});

test('I2: a pair that is proven after the swap is seen, and one that was proven before is not', () => {
  const connected = () => new Story().client(first.pem, first.keyPem).asks('director', 'runtime', by(first));
  const swap = (story: Story) => story.client(second.pem, second.keyPem);
  holds(checkProvenFirst, swap(connected().journal(issued(second)).asks('director', 'runtime', by(second))));
  const late = swap(connected().journal(issued(second))).asks('director', 'runtime', by(second));
  breaks(checkProvenFirst, late, /I2: .* not proven before/);
  const refused = { ...by(second), outcome: 'errors' as const, errors: ['Failed to authenticate request'] };
  const unproven = swap(connected().journal(issued(second)).asks('director', 'runtime', refused));
  breaks(checkProvenFirst, unproven, /I2: .* not proven before/);
});

test('I2: a pair that did not wait in the journal is seen', () => {
  const story = new Story().client(first.pem, first.keyPem).asks('director', 'runtime', by(first));
  story.asks('director', 'runtime', by(second)).client(second.pem, second.keyPem);
  breaks(checkProvenFirst, story, /I2: .* did not wait in the journal/);
});

test('I2: what replaces a pair that nobody accepted needs no proof', () => {
  holds(checkProvenFirst, new Story().client(first.pem, first.keyPem).client(second.pem, second.keyPem));
});

test('I3: a key of another certificate is seen', () => {
  holds(checkPairs, new Story().client(first.pem, first.keyPem));
  breaks(checkPairs, new Story().client(first.pem, second.keyPem), /I3/);
});

test('I4: two tokens for one pairing are seen, and two pairings with one each are not', () => {
  const begun = () => new Story().triesToStore().journal(prepared('one')).spends('one');
  holds(checkTokens, begun().triesToStore().journal(prepared('two', 'another key')).spends('two'));
  breaks(checkTokens, begun().triesToStore().journal(prepared('two')).spends('two'), /I4: one pairing took 2 tokens/);
});

test('I4: a token that is spent without a look whether its result can be stored is seen', () => {
  breaks(checkTokens, new Story().journal(prepared('one')).spends('one'), /I4: .* before it was tried/);
  const late = new Story().journal(prepared('one')).spends('one').triesToStore();
  breaks(checkTokens, late, /I4: .* before it was tried/);
});

test('I4: a token that is spent although the credentials work is seen, unless somebody asked for others', () => {
  const connected = () => new Story().client(first.pem, first.keyPem).asks('director', 'runtime', by(first));
  const pair = (story: Story) => story.triesToStore().journal(prepared('one')).spends('one');
  breaks(checkTokens, pair(connected()), /I4: a token was spent for credentials that work/);
  holds(checkTokens, pair(connected().connectionDeleted()));
  holds(checkTokens, pair(connected().asks('director', 'runtime', { ...by(first), outcome: 'errors' })));
});
