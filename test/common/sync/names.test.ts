import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  applicationLabel,
  credentialsSecretName,
  isLabelValue,
  isSubdomain,
  parametersSecretName,
} from '#common/sync/names.ts';

const UUID = '1ae04041-17e5-478f-91f8-3a2ddc7700de';

const SUBDOMAINS: readonly (readonly [name: string, is: boolean])[] = [
  ['orders', true],
  ['orders.eu.example', true],
  ['0-1', true],
  ['a'.repeat(253), true],
  ['a'.repeat(254), false],
  ['a'.repeat(63), true],
  ['a'.repeat(64), true],
  ['', false],
  ['-', false],
  ['-a', false],
  ['a-', false],
  ['a..b', false],
  ['a.-b', false],
  ['.a', false],
  ['Orders', false],
  ['orders_eu', false],
  ['orders eu', false],
  ['orders\n', false],
  ['ünï', false],
  ['😀', false],
];

for (const [name, is] of SUBDOMAINS) {
  test(`${JSON.stringify(name.slice(0, 20))} of ${name.length} characters is ${is ? 'a' : 'no'} DNS-1123 subdomain`, () => {
    assert.equal(isSubdomain(name), is);
  });
}

test("a Secret's name has the Application's name and the bundle's id", () => {
  assert.equal(credentialsSecretName('orders', UUID), `orders-${UUID}`);
  assert.equal(parametersSecretName('orders', UUID), `params-orders-${UUID}`);
});

test('the prefix is cut so that name and UUID fit into 63 characters', () => {
  const name = 'abcdefghijklmnopqrstuvwxyz0123456789';
  assert.equal(credentialsSecretName(name, UUID), `abcdefghijklmnopqrstuvwxyz-${UUID}`);
  assert.equal(parametersSecretName(name, UUID), `params-abcdefghijklmnopqrs-${UUID}`);
});

test('a cut behind a dot drops the dot, which no API server would take', () => {
  assert.equal(credentialsSecretName(`${'a'.repeat(25)}.example`, UUID), `${'a'.repeat(25)}-${UUID}`);
});

test('a name of more than 63 characters is cut and hashed to be a label', () => {
  const name = `${'a'.repeat(60)}.example`;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  assert.equal(applicationLabel(name), `${'a'.repeat(54)}-${hash}`);
  assert.equal(applicationLabel('a'.repeat(63)), 'a'.repeat(63));
});

test('a label value has 63 characters at most, all of its own kind', () => {
  assert.deepEqual(['', 'a'.repeat(63), 'a_b.C-1'].map(isLabelValue), [true, true, true]);
  assert.deepEqual(['a'.repeat(64), 'a b', '-a', 'a-'].map(isLabelValue), [false, false, false, false]);
});

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/);
const subdomain = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join('.'));

test('every DNS-1123 subdomain gives names and labels that an API server takes', () => {
  fc.assert(
    fc.property(subdomain, fc.uuid(), (name, id) => {
      assert.ok(isSubdomain(name));
      for (const secret of [credentialsSecretName(name, id), parametersSecretName(name, id)]) {
        assert.ok(isSubdomain(secret) && secret.length <= 63, secret);
      }
      assert.ok(isLabelValue(applicationLabel(name)), applicationLabel(name));
    }),
  );
});
