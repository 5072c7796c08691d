import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { type Simulator, startSimulator } from '../simulator.ts';
import { call, type Reply } from './call.ts';
import { askDirector, WHO } from './director.ts';
import {
  CONFIGURATION,
  configurationOf,
  configure,
  decodePem,
  pair,
  SIGN,
  sign,
  signedOf,
  signingRequest,
} from './pair.ts';

function blocks(pem: string): X509Certificate[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (block) => new X509Certificate(block),
  );
}

interface SigningTurn {
  subject: string;
  token: string;
}

async function signingTurn(simulator: Simulator): Promise<SigningTurn> {
  const answer = configurationOf(await configure(simulator, simulator.requestToken().token));
  return { subject: answer.certificateSigningRequestInfo.subject, token: answer.token.token };
}

async function trySubject(simulator: Simulator, change: (subject: string) => string): Promise<Reply> {
  const { subject, token } = await signingTurn(simulator);
  return sign(simulator, token, await signingRequest(change(subject)));
}

test('the answer is leaf, issuing CA and root, each field in base64 of PEM', async () => {
  await using simulator = await startSimulator();
  const { subject, token } = await signingTurn(simulator);
  const answer = signedOf(await sign(simulator, token, await signingRequest(subject)));
  const [leaf, issuing, root] = blocks(decodePem(answer.certificateChain));
  assert.ok(leaf && issuing && root);
  assert.equal(leaf.verify(issuing.publicKey) && issuing.verify(root.publicKey), true);
  assert.deepEqual(blocks(decodePem(answer.clientCertificate)).map(String), [String(leaf)]);
  assert.deepEqual(blocks(decodePem(answer.caCertificate)).map(String), [String(issuing), String(root)]);
});

test('the chain comes without the root when the switch says so', async () => {
  await using simulator = await startSimulator({ switches: { chainWithRoot: false } });
  const { subject, token } = await signingTurn(simulator);
  const answer = signedOf(await sign(simulator, token, await signingRequest(subject)));
  assert.equal(blocks(decodePem(answer.certificateChain)).length, 2);
  assert.equal(blocks(decodePem(answer.caCertificate)).length, 1);
});

test('a certificate has serial 2, 90 days from now, client authentication only, and no alternative names', async () => {
  await using simulator = await startSimulator();
  const beforeMs = Math.floor(Date.now() / 1000) * 1000;
  const [leaf] = blocks((await pair(simulator)).cert);
  assert.ok(leaf);
  const notBeforeMs = Date.parse(leaf.validFrom);
  assert.ok(notBeforeMs >= beforeMs && notBeforeMs <= Date.now());
  assert.equal(Date.parse(leaf.validTo) - notBeforeMs, 90 * 24 * 60 * 60 * 1000);
  assert.equal(leaf.serialNumber, '02');
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.2']);
  assert.equal(leaf.subjectAltName, undefined);
  assert.equal(leaf.ca, false);
});

test('the lifetime of certificates can be set in seconds', async () => {
  await using simulator = await startSimulator({ switches: { certificateLifetimeSeconds: 61 } });
  const [leaf] = blocks((await pair(simulator)).cert);
  assert.ok(leaf);
  assert.equal(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom), 61_000);
});

test('two certificates of the same serial are told apart by fingerprint', async () => {
  await using simulator = await startSimulator();
  await pair(simulator);
  await pair(simulator);
  assert.equal(new Set(simulator.certificates.list().map(({ fingerprint }) => fingerprint)).size, 2);
});

test('the order of the subject does not matter, nor do further values after the first', async () => {
  await using simulator = await startSimulator();
  const reversed = await trySubject(simulator, (subject) => subject.split(',').reverse().join(','));
  assert.deepEqual(reversed.errors, []);
  const doubled = await trySubject(simulator, (subject) => `${subject},OU=Further`);
  assert.deepEqual(doubled.errors, []);
});

const REFUSED_SUBJECTS: Record<string, (subject: string) => string> = {
  'another common name': (subject) => subject.replace(/CN=.*/, 'CN=somebody'),
  'no O': (subject) => subject.replace(/(^|,)O=[^,]*,?/, '$1'),
  'no OU': (subject) => subject.replace(/,OU=[^,]*/, ''),
  'no L': (subject) => subject.replace(/,L=[^,]*/, ''),
  'no ST': (subject) => subject.replace(/,ST=[^,]*/, ''),
  'no C': (subject) => subject.replace(/,C=[^,]*/, ''),
  'another L': (subject) => subject.replace(/,L=[^,]*/, ',L=Elsewhere'),
  'another first OU': (subject) => subject.replace('OU=', 'OU=First,OU='),
};

for (const [what, change] of Object.entries(REFUSED_SUBJECTS)) {
  test(`a signing request with ${what} is refused`, async () => {
    await using simulator = await startSimulator();
    const { status, data, errors } = await trySubject(simulator, change);
    assert.deepEqual([status, data, errors.length], [200, null, 1]);
    assert.match(errors[0]?.message ?? '', /^CSR: /);
    assert.equal(simulator.certificates.list().length, 0);
  });
}

test('values of the subject string are not escaped, and its order is the switch', async () => {
  await using simulator = await startSimulator();
  simulator.switches.subjectValues.O = 'Sample, Inc.=';
  simulator.switches.subjectOrder = ['CN', 'O'];
  const { token, clientId } = simulator.requestToken();
  const answer = configurationOf(await configure(simulator, token));
  assert.equal(answer.certificateSigningRequestInfo.subject, `CN=${clientId},O=Sample, Inc.=`);
});

test('a request with an EC key fails after its token is gone', async () => {
  await using simulator = await startSimulator();
  const { subject, token } = await signingTurn(simulator);
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const answer = await sign(simulator, token, await signingRequest(subject, keys));
  assert.match(answer.errors[0]?.message ?? '', /algorithm/);
  assert.match((await configure(simulator, token)).errors[0]?.message ?? '', /^Failed to authenticate/);
});

test('a request whose signature is not its own is refused', async () => {
  await using simulator = await startSimulator();
  const { subject, token } = await signingTurn(simulator);
  const pem = decodePem(await signingRequest(subject));
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
  const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  const answer = await sign(simulator, token, Buffer.from(forged).toString('base64'));
  assert.match(answer.errors[0]?.message ?? '', /signature/);
});

for (const [what, encode] of Object.entries({
  'plain PEM': (csr: string) => decodePem(csr),
  'base64 with newlines': (csr: string) => csr.replace(/(.{76})/g, '$1\n'),
  'base64 of DER': (csr: string) => Buffer.from(decodePem(csr).split('\n')[1] ?? '', 'base64').toString('base64'),
  nothing: () => '',
})) {
  test(`a csr argument of ${what} is refused`, async () => {
    await using simulator = await startSimulator();
    const { subject, token } = await signingTurn(simulator);
    const answer = await sign(simulator, token, encode(await signingRequest(subject)));
    assert.match(answer.errors[0]?.message ?? '', /CSR/);
  });
}

test('a certificate renews itself without a token, and the old one stays valid', async () => {
  await using simulator = await startSimulator();
  const old = await pair(simulator);
  const ask = { ca: simulator.caPem, ...old };
  const { certificateSigningRequestInfo } = configurationOf(
    await call(simulator.urls.connectorMtls, { ...ask, query: CONFIGURATION }),
  );
  const csr = await signingRequest(certificateSigningRequestInfo.subject);
  const answer = await call(simulator.urls.connectorMtls, { ...ask, query: SIGN, variables: { csr } });
  const renewed = { ...old, cert: decodePem(signedOf(answer).certificateChain) };
  for (const credential of [old, renewed]) {
    const who = await askDirector(simulator, credential, WHO, { id: simulator.runtimeId });
    assert.deepEqual(who.data, { runtime: { id: simulator.runtimeId } });
  }
});
