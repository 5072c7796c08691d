import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { suite, test } from 'node:test';
import { commonNameOf, readPem } from '#common/pki/pem.ts';
import { issue, issueRoot } from './authority.ts';

suite('readPem', () => {
  test('only a block CERTIFICATE is a certificate, whatever else OpenSSL would take for one', async () => {
    const { pem } = await issueRoot('Root');
    const other = pem.replaceAll('CERTIFICATE', 'X509 CERTIFICATE');
    assert.equal(new X509Certificate(other).subject, 'CN=Root');
    const { certificates, others, unreadable } = readPem(other + pem);
    assert.deepEqual([certificates.length, others, unreadable], [1, ['X509 CERTIFICATE'], 0]);
  });
});

suite('a hostile PEM text', () => {
  test('is read up to 2,000 blocks, of whatever kind', async () => {
    const { pem } = await issueRoot('Root');
    const damaged = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    const other = '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n';
    const { certificates, others, unreadable } = readPem(pem + damaged + other.repeat(3_000));
    assert.deepEqual([certificates.length, unreadable, others.length], [1, 1, 1_998]);
  });
});

suite('commonNameOf', () => {
  const commonNameIn = async (subject: string) => commonNameOf(new X509Certificate((await issue({ subject })).pem));

  test('is the first of several', async () => {
    assert.equal(await commonNameIn('O=Org,CN=one,CN=two'), 'one');
  });

  test('is undefined where there is none, or no subject at all', async () => {
    assert.equal(await commonNameIn('O=Org'), undefined);
    assert.equal(await commonNameIn(''), undefined);
  });
});
