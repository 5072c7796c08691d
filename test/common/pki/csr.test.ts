import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { suite, test } from 'node:test';
import { buildCsr } from '#common/pki/csr.ts';
import { parseSubject } from '#common/pki/subject.ts';
import { Sensitive } from '#common/sensitive.ts';
import { sharedRsaKey } from './authority.ts';

const TEXT = 'O=Acme, Inc.,OU=Ünit,OU=Two,L=Town,ST=State,C=DE,CN=843fdf3e-18ed-4233-b475-2f8c8b199b6d';

async function csrFor(subject: string): Promise<string> {
  const { pem } = await sharedRsaKey();
  return buildCsr(new Sensitive(pem), parseSubject(subject));
}

function openssl(csr: string, ...args: string[]): string {
  const input = Buffer.from(csr, 'base64');
  return execFileSync('openssl', ['req', '-noout', ...args], {
    input,
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

function asn1Of(csr: string): string {
  return execFileSync('openssl', ['asn1parse'], { input: Buffer.from(csr, 'base64'), encoding: 'utf8' });
}

const WITH_OPENSSL = { skip: spawnSync('openssl', ['version']).error ? 'the openssl command is not installed' : false };

/** The TLVs inside a constructed DER value, each with its header. */
function derParts(der: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = derHeader(der, 0).start; at < der.length; at = derHeader(der, at).end) {
    parts.push(der.subarray(at, derHeader(der, at).end));
  }
  return parts;
}

function derHeader(der: Buffer, at: number): { start: number; end: number } {
  const first = der.readUInt8(at + 1);
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  const length = lengthBytes === 0 ? first : der.readUIntBE(at + 2, lengthBytes);
  const start = at + 2 + lengthBytes;
  return { start, end: start + length };
}

suite('buildCsr', () => {
  test('X10: is base64 without line breaks of PEM', async () => {
    const csr = await csrFor(TEXT);
    assert.match(csr, /^[A-Za-z0-9+/]+={0,2}$/);
    const pem = Buffer.from(csr, 'base64').toString();
    assert.match(
      pem,
      /^-----BEGIN CERTIFICATE REQUEST-----\n([A-Za-z0-9+/=]{1,64}\n)+-----END CERTIFICATE REQUEST-----\n$/,
    );
  });

  test('X10: the signature over the request is RSA with SHA-256, by the key that it asks for', async () => {
    const { pem } = await sharedRsaKey();
    const text = Buffer.from(await csrFor(TEXT), 'base64').toString();
    const der = Buffer.from(text.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
    const [info = der, algorithm = der, signature = der] = derParts(der);
    // sha256WithRSAEncryption, 1.2.840.113549.1.1.11, with NULL parameters (RFC 4055, section 5).
    assert.equal(algorithm.toString('hex'), '300d06092a864886f70d01010b0500');
    const bits = signature.subarray(derHeader(signature, 0).start + 1);
    assert.ok(verify('sha256', info, createPublicKey(pem), bits));
  });

  test('X10: has what Go’s crypto/x509 insists on: version 0, a plain RSA key, one set of attributes, nothing behind', async () => {
    const text = Buffer.from(await csrFor(TEXT), 'base64').toString();
    const der = Buffer.from(text.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
    assert.equal(derHeader(der, 0).end, der.length);
    const [info = der] = derParts(der);
    const [version, , key = der, attributes, ...more] = derParts(info);
    assert.equal(version?.toString('hex'), '020100');
    // rsaEncryption, 1.2.840.113549.1.1.1, with NULL parameters, which Go's parser wants (RFC 3279, section 2.3.1).
    const [algorithm] = derParts(key);
    assert.equal(algorithm?.toString('hex'), '300d06092a864886f70d0101010500');
    assert.deepEqual([attributes?.toString('hex'), more.length], ['a000', 0]);
  });

  test('X10: OpenSSL verifies it', WITH_OPENSSL, async () => {
    const text = openssl(await csrFor(TEXT), '-verify', '-text');
    assert.match(text, /Signature Algorithm: sha256WithRSAEncryption/);
    assert.match(text, /Public Key Algorithm: rsaEncryption/);
    assert.match(text, /Attributes:\s+\(none\)/);
  });

  test('asks for exactly the subject, in its order, each attribute an RDN of its own', WITH_OPENSSL, async () => {
    const csr = await csrFor(TEXT);
    const subject = openssl(csr, '-subject', '-nameopt', 'sep_multiline,sname,utf8,-esc_msb');
    const lines = subject
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && line !== 'subject=');
    assert.deepEqual(lines, [
      'O=Acme, Inc.',
      'OU=Ünit',
      'OU=Two',
      'L=Town',
      'ST=State',
      'C=DE',
      'CN=843fdf3e-18ed-4233-b475-2f8c8b199b6d',
    ]);
  });

  test('writes C as PrintableString and text as UTF8String', WITH_OPENSSL, async () => {
    const der = asn1Of(await csrFor(TEXT));
    assert.match(der, /:countryName\n.*PRINTABLESTRING\s+:DE/);
    assert.match(der, /:localityName\n.*UTF8STRING\s+:Town/);
  });

  test(
    'C14: writes a serial number as PrintableString where it can be one, and DC as IA5String',
    WITH_OPENSSL,
    async () => {
      const der = asn1Of(await csrFor('SERIALNUMBER=7,SERIALNUMBER=ü,DC=example,CN=id'));
      assert.match(der, /:serialNumber\n.*PRINTABLESTRING\s+:7\n/);
      assert.match(der, /:serialNumber\n.*UTF8STRING\s+:ü\n/);
      assert.match(der, /:domainComponent\n.*IA5STRING\s+:example\n/);
    },
  );

  test('C14: a subject with every attribute type is one that OpenSSL reads', WITH_OPENSSL, async () => {
    const csr = await csrFor('STREET=Way 1,POSTALCODE=1,UID=u,DC=example,SERIALNUMBER=7,OU=,CN=id');
    const subject = openssl(csr, '-verify', '-subject', '-nameopt', 'sep_comma_plus,sname');
    assert.match(subject, /UID=u,DC=example,serialNumber=7,OU=,CN=id/);
  });

  test('X10: an EC key is refused before it can waste a token, without its content', async () => {
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    for (const key of [privateKey, 'garbage', '']) {
      await assert.rejects(buildCsr(new Sensitive(key), parseSubject(TEXT)), {
        reason: 'InvalidCredential',
        message: 'the private key for the new certificate is no RSA key in PEM',
      });
    }
  });
});
