import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { suite, test } from 'node:test';
import { inspect } from 'node:util';
import { generatePrivateKey } from '#common/pki/private-key.ts';

suite('generatePrivateKey', () => {
  test('makes an RSA key of the wanted size in PKCS#1 PEM', async () => {
    const key = await generatePrivateKey(2048);
    assert.match(key.reveal(), /^-----BEGIN RSA PRIVATE KEY-----\n/);
    assert.equal(createPrivateKey(key.reveal()).asymmetricKeyDetails?.modulusLength, 2048);
    assert.doesNotMatch(inspect(key) + JSON.stringify({ key }) + String(key), /PRIVATE KEY/);
  });

  test('X7: leaves the event loop free meanwhile', async () => {
    let turns = 0;
    const ticker = setInterval(() => {
      turns += 1;
    }, 1);
    await Promise.all([generatePrivateKey(3072), generatePrivateKey(3072)]);
    clearInterval(ticker);
    assert.ok(turns >= 5, `only ${turns} turns of the event loop`);
  });

  test('X7: a machine that cannot make one says so, and no more', async () => {
    // More than OpenSSL has numbers for: it fails as it does without memory or entropy.
    await assert.rejects(generatePrivateKey(2 ** 31 - 1), {
      reason: 'InternalError',
      retry: 'backoff',
      message: /^this machine cannot make an RSA key of 2147483647 bits \(ERR_OSSL_/,
    });
  });

  test('X10: less than 2048 bits is refused', async () => {
    for (const bits of [1024, 0, Number.NaN]) {
      await assert.rejects(generatePrivateKey(bits), { reason: 'InvalidSetting' });
    }
  });
});
