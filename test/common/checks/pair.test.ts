import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { checkChain, checkPair } from '#common/checks/pair.ts';
import { type Issued, issue, issueRoot } from '../pki/authority.ts';

const DAY_MS = 86_400_000;

let root: Issued;
let leaf: Issued;

before(async () => {
  root = await issueRoot('Compass');
  leaf = await issue({ subject: 'CN=runtime', issuer: root });
});

const stored = (changes: Partial<Record<'crt' | 'key' | 'crtChain', string>> = {}) => ({
  crt: leaf.pem,
  key: leaf.keyPem,
  crtChain: leaf.pem + root.pem,
  ...changes,
});

test('a key that is of another certificate is an error', async () => {
  const other = await issue({ subject: 'CN=runtime', issuer: root });
  assert.equal(checkPair(stored(), Date.now()).finding.status, 'ok');
  const { finding, credential } = checkPair(stored({ key: other.keyPem }), Date.now());
  assert.deepEqual([finding.status, finding.reason, credential], ['error', 'InvalidCredential', undefined]);
  assert.equal(checkPair(stored({ key: '' }), Date.now()).finding.status, 'error');
});

test('a pair that has expired is a pair', () => {
  const { finding, credential } = checkPair(stored(), Date.now() + 30 * DAY_MS);
  assert.deepEqual([finding.status, credential], ['ok', undefined]);
});

test('the chain ends in the stored CA, or in another', async () => {
  const now = Date.now();
  assert.equal(checkChain(stored(), root.pem, now).status, 'ok');
  assert.equal(checkChain(stored({ crtChain: leaf.pem }), root.pem, now).status, 'ok', 'the CA is stored beside it');
  const other = await issueRoot('Compass');
  assert.deepEqual(checkChain(stored(), other.pem, now).reason, 'InvalidCredential');
  assert.equal(checkChain(stored(), other.pem + root.pem, now).status, 'ok', 'old and new roots together');
});

test('an expired CA in the chain is an error, and without a stored CA nothing is said', async () => {
  const old = await issueRoot('Old', { notBefore: Date.now() - 9 * DAY_MS, notAfter: Date.now() - DAY_MS });
  const signed = await issue({ subject: 'CN=runtime', issuer: old });
  const pair = { crt: signed.pem, key: signed.keyPem, crtChain: old.pem };
  assert.equal(checkChain(pair, old.pem, Date.now()).status, 'error');
  assert.equal(checkChain(stored(), undefined, Date.now()).status, 'skipped');
  assert.equal(checkChain(stored({ crt: '', crtChain: '' }), root.pem, Date.now()).status, 'skipped');
});
