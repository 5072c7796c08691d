import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { before, suite, test } from 'node:test';
import { inspect } from 'node:util';
import { isWhole, joinRoots, pairOf, readStored } from '#common/pki/certificate.ts';
import { fingerprintOf, readPem } from '#common/pki/pem.ts';
import { generateRsaKey, type Issued, issue, issueRoot, sharedRsaKey, type Terms } from './authority.ts';

const HOUR_MS = 3_600_000;
const now = Date.now();

suite('readStored', () => {
  let root: Issued;
  let leaf: Issued;
  let key: string;

  before(async () => {
    root = await issueRoot('Root');
    key = (await sharedRsaKey()).pem;
    leaf = await client();
  });

  async function client(terms: Partial<Terms> = {}): Promise<Issued> {
    const { keys } = await sharedRsaKey();
    return issue({ subject: 'O=Org,CN=client-id', issuer: root, keys, ...terms });
  }

  test('a pair that fits is a credential with the dates of its certificate', () => {
    const stored = readStored({ crt: leaf.pem, key, crtChain: leaf.pem + root.pem }, now);
    const certificate = new X509Certificate(leaf.pem);
    assert.equal(stored.fingerprint, fingerprintOf(certificate));
    assert.equal(stored.notAfter, Date.parse(certificate.validTo));
    assert.deepEqual([stored.commonName, stored.notYetValid], ['client-id', false]);
    assert.equal(readPem(stored.certificateChain).certificates.length, 2);
    assert.doesNotMatch(inspect(stored) + JSON.stringify(stored), /PRIVATE KEY/);
  });

  test('a chain in any order, with the leaf or without, gives the same credential', () => {
    const expected = readStored({ crt: leaf.pem, key, crtChain: leaf.pem + root.pem }, now).certificateChain;
    for (const crtChain of [root.pem + leaf.pem, root.pem, leaf.pem + leaf.pem + root.pem]) {
      assert.equal(readStored({ crt: leaf.pem, key, crtChain }, now).certificateChain, expected);
    }
    assert.equal(readStored({ crt: '', key, crtChain: root.pem + leaf.pem }, now).certificateChain, expected);
  });

  test('a missing chain leaves the leaf alone', () => {
    assert.equal(readStored({ crt: leaf.pem, key, crtChain: '' }, now).certificateChain, leaf.pem);
  });

  test('what is missing, unreadable or no pair is named, without its content', async () => {
    const other = await generateRsaKey();
    const cases: [pair: { crt: string; key: string }, why: RegExp][] = [
      [{ crt: leaf.pem, key: '' }, /there is no key/],
      [{ crt: leaf.pem, key: ' \n' }, /there is no key/],
      [{ crt: ' \n', key }, /there is no certificate/],
      [{ crt: '', key }, /there is no certificate/],
      [{ crt: 'garbage', key }, /no certificate in PEM/],
      [{ crt: leaf.pem, key: 'garbage' }, /no pair/],
      [{ crt: leaf.pem, key: other.pem }, /no pair/],
      [{ crt: root.pem, key }, /no pair/],
    ];
    for (const [pair, why] of cases) {
      assert.throws(() => readStored({ ...pair, crtChain: '\n' }, now), { reason: 'InvalidCredential', message: why });
    }
  });

  test('X1: a certificate is expired by the clock that is handed in', () => {
    const pair = { crt: leaf.pem, key, crtChain: '' };
    const { notAfter } = readStored(pair, now);
    assert.equal(readStored(pair, notAfter - 1).notAfter, notAfter);
    assert.throws(() => readStored(pair, notAfter), { reason: 'CertificateExpired', message: /expired since 20/ });
  });

  test('a certificate whose time has not begun is usable, and says so', async () => {
    const early = await client({ notBefore: now + HOUR_MS });
    const pair = { crt: early.pem, key, crtChain: '' };
    const { notYetValid, notBefore } = readStored(pair, now);
    assert.equal(notYetValid, true);
    assert.equal(readStored(pair, notBefore - 1).notYetValid, true);
    assert.equal(readStored(pair, notBefore).notYetValid, false);
  });

  test('X9: the chain ends with its first certificate that ends', async () => {
    const shortRoot = await issueRoot('Short', { notAfter: now + HOUR_MS });
    const under = await client({ issuer: shortRoot });
    const stored = readStored({ crt: under.pem, key, crtChain: under.pem + shortRoot.pem }, now);
    assert.ok(stored.chainNotAfter <= now + HOUR_MS);
    assert.ok(stored.notAfter > now + HOUR_MS);
  });

  test('X11: two certificates with one serial number have two fingerprints', async () => {
    const second = await client({ notAfter: now + HOUR_MS });
    const [one, two] = [leaf, second].map(({ pem }) => readStored({ crt: pem, key, crtChain: '' }, now));
    assert.equal(new X509Certificate(leaf.pem).serialNumber, new X509Certificate(second.pem).serialNumber);
    assert.notEqual(one?.fingerprint, two?.fingerprint);
  });
});

suite('the pair of a credential', () => {
  test('is what was read: leaf, key, and the chain in order', async () => {
    const { pair } = await stored();
    const credential = readStored({ ...pair, crtChain: pair.crtChain + pair.crtChain }, now);
    assert.deepEqual(pairOf(credential), pair);
  });

  test('is whole only where certificate and chain both begin with the leaf', async () => {
    const { pair, root } = await stored();
    const { crt, crtChain } = pair;
    const credential = readStored(pair, now);
    assert.equal(isWhole(pair, credential), true);
    const spoilt: Partial<typeof pair>[] = [
      { crt: '' },
      { crtChain: '' },
      { crt: 'garbage' },
      { crt: root },
      { crtChain: root + crt },
    ];
    for (const change of spoilt)
      assert.equal(isWhole({ ...pair, ...change }, credential), false, String(Object.keys(change)));
    assert.equal(isWhole({ ...pair, crt: crtChain }, credential), true, 'more than the leaf does no harm');
  });

  async function stored() {
    const root = await issueRoot('Root');
    const { pem: key, keys } = await sharedRsaKey();
    const { pem } = await issue({ subject: 'CN=client-id', issuer: root, keys });
    return { pair: { crt: pem, key, crtChain: pem + root.pem }, root: root.pem };
  }
});

suite('joinRoots', () => {
  test('C25: the new root comes first, and the old one stays', async () => {
    const [old, fresh] = [await issueRoot('Old'), await issueRoot('New')];
    assert.equal(joinRoots(fresh.pem, old.pem), fresh.pem + old.pem);
  });

  test('nothing changes where all is there already, whatever stands beside it', async () => {
    const [one, two] = [await issueRoot('One'), await issueRoot('Two')];
    const present = `# ours\n${two.pem}\n${one.pem}`;
    assert.equal(joinRoots(one.pem, present), present);
  });

  test('garbage that was there is replaced', async () => {
    const { pem } = await issueRoot('One');
    assert.equal(joinRoots(pem, 'garbage'), pem);
  });
});
