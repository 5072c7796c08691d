import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type PublishedSecret,
  readSecrets,
  renderSecrets,
  SECRETS_SCHEMA_VERSION,
} from '#common/resources/published-secrets.ts';

const FULL: PublishedSecret = {
  name: 'orders-7a1f',
  createdAt: '2026-01-02T03:04:05Z',
  rotatedAt: '2026-02-03T04:05:06Z',
  fingerprint: '00ff'.repeat(8),
};

/** As many as there may be, with names of 58 characters and everything that is published of one. */
function many(count: number): PublishedSecret[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `${String(index).padStart(21, 'a')}-${'0'.repeat(36)}`;
    return { ...FULL, name, fingerprint: index.toString(16).padStart(32, 'f') };
  });
}

function render(secrets: readonly PublishedSecret[], limitBytes?: number): string {
  return renderSecrets('kyma-system', new Map(secrets.map((secret) => [secret.name, secret])), limitBytes);
}

test('what is published of a Secret is read as it was', () => {
  const secrets: readonly PublishedSecret[] = [
    FULL,
    { name: 'bare' },
    { name: 'unmarked', createdAt: FULL.createdAt },
    // The clock of the sidecar is another one than the API server's.
    { name: 'early', createdAt: '2026-01-02T03:04:05Z', rotatedAt: '2026-01-02T03:04:04Z' },
    { name: 'rotated', rotatedAt: '2026-01-02T03:04:04Z' },
  ];
  const read = readSecrets(render(secrets));
  assert.equal(read?.namespace, 'kyma-system');
  assert.equal(read?.isCut, false);
  for (const secret of secrets) assert.deepEqual(read?.secrets.get(secret.name), secret);
});

test('the same Secrets are the same text, in whatever order they come', () => {
  const secrets = many(5);
  assert.equal(render(secrets.toReversed()), render(secrets));
});

test('10,000 Secrets fit well into a ConfigMap, at less than 100 bytes each', () => {
  const text = render(many(10_000));
  assert.ok(text.length < 983_040, `${text.length}`);
  assert.equal(readSecrets(text)?.isCut, false);
  assert.equal(readSecrets(text)?.secrets.size, 10_000);
});

test('more than may be is cut behind, stays within the limit, and says so', () => {
  for (const limit of [1_000, 1_001, 1_050, 5_000]) {
    const text = render(many(100), limit);
    assert.ok(text.length <= limit && text.length > limit - 120, `${text.length} of ${limit}`);
    const read = readSecrets(text);
    assert.equal(read?.isCut, true);
    const { secrets, omitted } = JSON.parse(text) as { secrets: string[]; omitted: number };
    assert.equal(secrets.length + omitted, 100);
  }
  const huge = render(many(20_000));
  assert.ok(Buffer.byteLength(huge) <= 983_040);
});

test('a reader takes what it knows, and nothing that has another form', () => {
  const newer = {
    schemaVersion: `${SECRETS_SCHEMA_VERSION}.1`,
    namespace: 'kyma-system',
    news: true,
    secrets: ['a t87v6t 0 AAAAAAAAAAAAAAAAAAAAAA more', 'b ? 7.5 z', 7, '', 'c'],
  };
  const read = readSecrets(JSON.stringify(newer));
  assert.deepEqual(
    [...(read?.secrets.values() ?? [])],
    [
      {
        name: 'a',
        createdAt: '2026-01-02T03:04:05Z',
        rotatedAt: '2026-01-02T03:04:05Z',
        fingerprint: '0'.repeat(32),
      },
      { name: 'b' },
      { name: 'c' },
    ],
  );
  for (const text of [undefined, '', '[]', '{"secrets":[]}', 'nonsense']) assert.equal(readSecrets(text), undefined);
});

test('a fingerprint that is none, and a time that is none, are not published', () => {
  const text = render([{ name: 'a', createdAt: 'soon', rotatedAt: 'x y', fingerprint: 'a value' }]);
  assert.deepEqual(readSecrets(text)?.secrets.get('a'), { name: 'a' });
});
