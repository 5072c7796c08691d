import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { redact } from '#common/redact.ts';

const SECRET = 'canary-1 with "quotes"\nand two lines';

test('a value goes in every form in which it could be quoted', () => {
  for (const form of [
    SECRET,
    JSON.stringify(SECRET),
    encodeURIComponent(SECRET),
    Buffer.from(SECRET).toString('base64'),
    Buffer.from(SECRET).toString('base64url'),
  ]) {
    const text = redact(`webhook denied: ${form} is not allowed`, ['other', SECRET]);
    assert.equal(text.replaceAll('"', ''), 'webhook denied: [sensitive] is not allowed');
  }
});

test('pieces of a value go, too, and what looks like a token although nobody knows it', () => {
  const token = randomBytes(48).toString('base64url');
  assert.equal(redact(`near ${token.slice(3, 30)}…`, [token]), 'near [sensitive]…');
  assert.equal(redact('cut after canary-1', [SECRET]), 'cut after [sensitive]');
  const jwt = `${Buffer.from('{"alg":"RS256","kid":"Ab3"}').toString('base64url')}.e30.x`;
  assert.equal(redact(`Bearer ${jwt}: expired`), 'Bearer [sensitive]: expired');
});

test('names, paths, ids, dates and fingerprints stay', () => {
  for (const text of [
    `secrets "compass-connection-journal" is forbidden: User "system:serviceaccount:compass-system:compass-sidecar" cannot patch`,
    `GET /apis/applicationconnector.kyma-project.io/v1alpha1/applications/E2E-Test-Application-Orders4`,
    `runtime ${randomUUID()} since ${new Date().toISOString()}`,
    `fingerprint ${createHash('sha256').update('x').digest('hex')}`,
    'certificateSigningRequestInfo of CompassConnectionSpecV1 in v1alpha1.CompassConnectionList',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY at compass.example.com:443',
    'CompassConnection.spec.managementInfo.connectorUrl in body must be of type string',
  ]) {
    assert.equal(redact(text, [SECRET]), text);
  }
});

test('no token of random bytes passes, whatever stands around it', () => {
  const token = fc
    .uint8Array({ minLength: 32, maxLength: 96 })
    .map((bytes) => Buffer.from(bytes).toString('base64url'));
  fc.assert(
    fc.property(token, fc.string(), fc.string(), (secret, before, after) => {
      assert.ok(!redact(`${before} ${secret} ${after}`, [secret]).includes(secret));
    }),
  );
});

test('what nobody knows and 24 of its characters look like a token', () => {
  const token = fc
    .uint8Array({ minLength: 64, maxLength: 64 })
    .map((bytes) => Buffer.from(bytes).toString('base64url'));
  const misses = fc
    .sample(token, 1_000)
    .filter((secret) => redact(`near ${secret.slice(0, 24)}…`) !== 'near [sensitive]…');
  assert.ok(misses.length < 100, `${misses.length} of 1000 were let through`);
});
