import assert from 'node:assert/strict';
import { test } from 'node:test';
import { credentialsSecretName, parametersSecretName } from '#common/sync/names.ts';
import { Needles } from '../../../plugin/bundle/redaction/needles.ts';
import { Pseudonyms } from '../../../plugin/bundle/redaction/pseudonyms.ts';
import { Redactor } from '../../../plugin/bundle/redaction/redactor.ts';

const ID = '1ae04041-17e5-4470-a184-8d4b2a8d8a3e';

function anonymizer(...names: readonly string[]): Redactor {
  const pseudonyms = new Pseudonyms(['compass-system', 'compass-connection']);
  for (const name of names) pseudonyms.learn(name);
  return new Redactor(new Needles(), pseudonyms);
}

test('whatever tells whose cluster it is has another name, and the same one everywhere', () => {
  const redactor = anonymizer('orders', 'SAP S/4 (Prod)');
  const text = `application "orders" of ${ID} at https://gateway.customer.com/orders by jane@customer.com, "SAP S/4 (Prod)" from 10.1.2.3`;
  const other = redactor.text(text);
  for (const word of ['orders', ID, 'customer', 'jane', 'SAP', '10.1.2.3']) assert.ok(!other.includes(word), other);
  assert.equal(redactor.text(text), other);
  assert.match(redactor.text(`orders-${ID}`), /^app-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{4}-/);
  assert.match(redactor.text(ID.toUpperCase()), new RegExp(`^${redactor.text(ID)}$`));
  assert.notEqual(anonymizer('orders').text('orders'), redactor.text('orders'));
});

test('the Secrets of an Application do not tell its name, nor the beginning of a long one', () => {
  const long = 'customer-billing-and-orders-of-the-north';
  const redactor = anonymizer('orders', long);
  for (const secretName of [credentialsSecretName, parametersSecretName]) {
    for (const name of ['orders', long]) {
      const other = redactor.text(`kyma-system/${secretName(name, ID)}`);
      assert.doesNotMatch(other, /orders|customer|billing|1ae04041/, other);
    }
  }
  assert.match(redactor.text(parametersSecretName('orders', ID)), new RegExp(`^params-${redactor.text('orders')}-`));
});

test('domains in the keys of labels and annotations, and addresses of version 6, have other names', () => {
  const object = {
    metadata: {
      labels: { 'customer.com/team': 'north', 'app.kubernetes.io/name': 'compass-sidecar' },
      annotations: { 'customer.com/note': '[withheld]', 'compass.kyma-project.io/connection': 'compass-connection' },
    },
    status: { podIP: 'fd00::17', podIPs: [{ ip: 'fd00::17' }], message: 'GET https://[fd00::17]:8443/x' },
  };
  const shown = JSON.stringify(anonymizer().value(object));
  assert.doesNotMatch(shown, /customer|north|fd00/);
  assert.match(shown, /"app\.kubernetes\.io\/name":"compass-sidecar"/);
  assert.match(shown, /"compass\.kyma-project\.io\/connection":"compass-connection"/);
});

test('what an archive is read by stays', () => {
  const redactor = anonymizer('orders', 'compass-system', 'Ready', 'secret', 'ab');
  for (const text of [
    'compass-system/compass-connection-report',
    'compass.kyma-project.io/v1alpha1',
    'applications.applicationconnector.kyma-project.io',
    'report.json',
    'kubectl get secret -o yaml',
    'v1.33.1',
    'CMP0402 DeletionsHeld: Ready is False',
    '2026-09-11T10:00:00Z',
    'reorders and orderspace',
    '127.0.0.1:8090',
  ]) {
    assert.equal(redactor.text(text), text);
  }
});

test('what people have written is replaced as a whole, whatever it says', () => {
  const { description, nodeName, by } = anonymizer().value({
    description: 'The orders of Jane',
    nodeName: 'ip-10-0-0-1',
    by: ['jane'],
  }) as Record<string, unknown>;
  assert.match(String(description), /^text-[0-9a-f]{8}$/);
  assert.match(String(nodeName), /^name-[0-9a-f]{8}$/);
  assert.match(String(by), /^name-[0-9a-f]{8}$/);
});
