import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { suite, test } from 'node:test';
import { orderChain } from '#common/pki/chain.ts';
import { type Issued, issue, issueRoot } from './authority.ts';

const read = ({ pem }: Issued) => new X509Certificate(pem);
const names = (chain: readonly X509Certificate[]) => chain.map(({ subject }) => subject.replace('CN=', ''));

suite('orderChain', () => {
  test('a certificate that signed itself is a chain of one, however often it is at hand', async () => {
    const root = read(await issueRoot('Root'));
    assert.deepEqual(names(orderChain(root, [root, root])), ['Root']);
  });

  test('ten are the most that a chain has', async () => {
    const issued = [await issueRoot('0')];
    for (let depth = 1; depth <= 11; depth += 1) {
      issued.push(await issue({ subject: `CN=${depth}`, issuer: issued[depth - 1] as Issued, isCa: true }));
    }
    const certificates = issued.map(read);
    const leaf = certificates.at(-1) as X509Certificate;
    assert.deepEqual(names(orderChain(leaf, certificates)), ['11', '10', '9', '8', '7', '6', '5', '4', '3', '2']);
  });

  test('an issuer of the right name with another key is none', async () => {
    const [root, namesake] = [await issueRoot('Root'), await issueRoot('Root')];
    const leaf = read(await issue({ subject: 'CN=leaf', issuer: root }));
    assert.deepEqual(orderChain(leaf, [read(namesake)]), [leaf]);
    assert.deepEqual(names(orderChain(leaf, [read(namesake), read(root)])), ['leaf', 'Root']);
  });

  test('an issuer whose key cannot be read is none', async () => {
    const root = await issueRoot('Root');
    const leaf = read(await issue({ subject: 'CN=leaf', issuer: root }));
    // id-ecPublicKey (RFC 5480) with another last arc: a kind of key that nothing knows.
    const der = read(root).raw.toString('hex').replace('2a8648ce3d0201', '2a8648ce3d027f');
    const unreadable = new X509Certificate(Buffer.from(der, 'hex'));
    assert.throws(() => unreadable.publicKey);
    assert.deepEqual(orderChain(leaf, [unreadable]), [leaf]);
  });
});
