import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readRoots } from '#common/compass/roots.ts';
import { issueRoot } from '../pki/authority.ts';

const BAD = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

suite('X15: readRoots', () => {
  test('a bad certificate among good ones is left out and named', async () => {
    const [one, two] = [await issueRoot('One'), await issueRoot('Two')];
    const { roots, problems } = readRoots(`# comment\n${one.pem}${BAD}text\n${two.pem}`);
    assert.deepEqual(roots, [one.pem, two.pem]);
    assert.deepEqual(problems, ['certificate 2 of 3 cannot be read, and is left out']);
  });

  test('an empty bundle, or garbage, gives no roots and says so', () => {
    for (const pem of ['', 'garbage', '-----BEGIN CERTIFICATE-----']) {
      assert.deepEqual(readRoots(pem), {
        roots: [],
        problems: ['there is no certificate in the bundle (no PEM block CERTIFICATE)'],
      });
    }
  });
});
