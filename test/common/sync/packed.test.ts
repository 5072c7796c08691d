import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { APPLICATION } from '#common/resources/application.ts';
import { openApplication, openSecret, packApplication, packId, packSecret } from '#common/sync/packed.ts';
import type { PresentApplication, PresentSecret } from '#common/sync/present.ts';

const WHOLE = { noNullPrototype: true } as const;
const odd = fc.string({ unit: 'binary', maxLength: 40 });
const uuid = fc.oneof(
  { weight: 4, arbitrary: fc.uuid() },
  odd,
  fc.uuid().map((id) => id.toUpperCase()),
);
const digest = fc.oneof({ weight: 4, arbitrary: bytesAs('base64url', 16) }, bytesAs('base64url', 32), odd);
const version = fc.oneof(fc.nat().map(String), odd);
const time = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.date({ min: new Date(0), noInvalidDate: true }).map((at) => `${at.toISOString().slice(0, -5)}Z`),
  },
  odd,
);
const ownership = fc.constantFrom('ours' as const, 'unmarked' as const, 'foreign' as const);

function bytesAs(encoding: 'hex' | 'base64url', length: number) {
  return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes).toString(encoding));
}

function maybe<T>(value: fc.Arbitrary<T>) {
  return fc.option(value, { nil: undefined });
}

const applications: fc.Arbitrary<PresentApplication> = fc.record(
  {
    name: odd,
    uid: uuid,
    resourceVersion: version,
    ownership,
    id: maybe(uuid),
    bundlesWithSecrets: fc.array(uuid, { maxLength: 300, size: 'small' }),
    digest,
    syncError: maybe(odd),
    isTerminating: fc.boolean(),
  },
  WHOLE,
);

const owners = fc.record(
  {
    apiVersion: fc.oneof({ weight: 4, arbitrary: fc.constant(APPLICATION.apiVersion) }, odd),
    kind: fc.constant(APPLICATION.kind),
    name: odd,
    uid: uuid,
  },
  WHOLE,
);

const secrets: fc.Arbitrary<PresentSecret> = fc.record(
  {
    name: odd,
    uid: uuid,
    resourceVersion: version,
    ownership,
    owners: fc.array(
      fc.oneof(
        owners,
        owners.map((owner) => ({ ...owner, controller: true })),
      ),
      { maxLength: 2 },
    ),
    createdAt: maybe(time),
    digest,
    contentDigest: digest,
    marks: fc.record(
      { fingerprint: fc.oneof(bytesAs('hex', 16), odd), rotatedAt: time, access: odd },
      { requiredKeys: [], noNullPrototype: true },
    ),
    isTerminating: fc.boolean(),
  },
  WHOLE,
);

test('what is packed of an Application reads back the same, however odd it is', () => {
  fc.assert(
    fc.property(applications, (record) => {
      assert.deepEqual(openApplication(record.name, packApplication(record)), record);
    }),
  );
});

test('what is packed of a Secret reads back the same, however odd it is', () => {
  fc.assert(
    fc.property(secrets, (record) => {
      assert.deepEqual(openSecret(record.name, packSecret(record)), record);
    }),
  );
});

const UUID = '2a6b0b5c-7d3f-4d62-9d5e-0c1f6a3b9e77';
const DIGEST = Buffer.alloc(16, 7).toString('base64url');

test('what is usual takes a fraction of what it would take as JSON, and a byte a character', () => {
  const application: PresentApplication = {
    name: 'orders',
    uid: UUID,
    resourceVersion: '123456',
    ownership: 'ours',
    id: UUID,
    bundlesWithSecrets: [UUID, UUID],
    digest: DIGEST,
    syncError: undefined,
    isTerminating: false,
  };
  const secret: PresentSecret = {
    name: `orders-${UUID}`,
    uid: UUID,
    resourceVersion: '123457',
    ownership: 'ours',
    owners: [{ apiVersion: APPLICATION.apiVersion, kind: APPLICATION.kind, name: 'orders', uid: UUID }],
    createdAt: '2026-01-01T00:00:00Z',
    digest: DIGEST,
    contentDigest: DIGEST,
    marks: { fingerprint: Buffer.alloc(16, 255).toString('hex'), rotatedAt: '2026-01-02T00:00:00Z' },
    isTerminating: false,
  };
  for (const packed of [packApplication(application), packSecret(secret)]) {
    assert.ok(packed.length < 125, `${packed.length} characters`);
    assert.doesNotMatch(packed, /[^\0-\xff]/);
  }
});

test('an id is packed where it is a UUID as it is usually written, and is itself where not', () => {
  assert.equal(packId(UUID).length, 16);
  for (const id of ['', 'orders', UUID.toUpperCase(), `${UUID}0`, UUID.replaceAll('-', '')])
    assert.equal(packId(id), id);
  assert.notEqual(packId(UUID), packId(UUID.replace('2a', '2b')));
});
