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

const OWNER = { apiVersion: APPLICATION.apiVersion, kind: APPLICATION.kind, name: 'orders', uid: UUID };

const APPLICATION_RECORD: PresentApplication = {
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

const SECRET_RECORD: PresentSecret = {
  name: `orders-${UUID}`,
  uid: UUID,
  resourceVersion: '123457',
  ownership: 'ours',
  owners: [OWNER],
  createdAt: '2026-01-02T03:04:05Z',
  digest: DIGEST,
  contentDigest: DIGEST,
  marks: { fingerprint: '0123456789abcdef'.repeat(2), rotatedAt: '2031-12-30T23:58:59Z' },
  isTerminating: false,
};

/** Its first byte, which is no head of a short form. */
const AS_JSON = /^\x7f\{/;

/** A byte a character of what is put as bytes, and an end behind each text. */
function sizeOf(bytes: readonly number[], texts: readonly (string | undefined)[]): number {
  const lengths = texts.map((text) => (text === undefined ? 0 : text.length + 1));
  return [...bytes, ...lengths].reduce((sum, one) => sum + one, 0);
}

/** As it is packed; it reads back the same. */
function packedApplication(change: Partial<PresentApplication>): string {
  const record = { ...APPLICATION_RECORD, ...change };
  const packed = packApplication(record);
  assert.deepEqual(openApplication(record.name, packed), record);
  return packed;
}

/** As it is packed; it reads back the same. */
function packedSecret(change: Partial<PresentSecret>): string {
  const record = { ...SECRET_RECORD, ...change };
  const packed = packSecret(record);
  assert.deepEqual(openSecret(record.name, packed), record);
  return packed;
}

test('an Application as it usually is takes its digest, its texts, and each id as bytes', () => {
  const usual = fc.record({
    uid: fc.uuid(),
    ownership,
    id: maybe(fc.uuid()),
    // So many that one byte still counts them, and that they take more than what is usual.
    bundlesWithSecrets: fc.constantFrom(0, 1, 40, 255).map((many) => Array.from({ length: many }, () => UUID)),
    syncError: fc.constantFrom(undefined, '', 'no such API'),
    isTerminating: fc.boolean(),
  });
  fc.assert(
    fc.property(usual, (record) => {
      const packed = packedApplication(record);
      const { id, bundlesWithSecrets, syncError } = record;
      const bytes = [1, 16, id === undefined ? 0 : 16, 1, 16 * bundlesWithSecrets.length, DIGEST.length];
      assert.equal(packed.length, sizeOf(bytes, ['123456', syncError]));
      assert.doesNotMatch(packed, /[^\0-\xff]/);
    }),
  );
});

test('a Secret as it usually is takes its digests, its texts, and each id, time and fingerprint as bytes', () => {
  const when = fc
    .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
    .map((at) => `${at.toISOString().slice(0, -5)}Z`);
  const usual = fc.record({
    uid: fc.uuid(),
    ownership,
    owners: fc.array(
      fc.uuid().map((uid) => ({ ...OWNER, uid })),
      { maxLength: 1 },
    ),
    createdAt: when,
    marks: fc.record(
      { fingerprint: bytesAs('hex', 16), rotatedAt: when, access: fc.constantFrom('', 'basic') },
      { requiredKeys: [], noNullPrototype: true },
    ),
    isTerminating: fc.boolean(),
  });
  fc.assert(
    fc.property(usual, (record) => {
      const packed = packedSecret(record);
      const { owners, marks } = record;
      const ofMarks = (marks.fingerprint === undefined ? 0 : 16) + (marks.rotatedAt === undefined ? 0 : 7);
      const bytes = [1, 16, 7, ofMarks, 16 * owners.length, 2 * DIGEST.length];
      assert.equal(packed.length, sizeOf(bytes, ['123457', owners[0]?.name, marks.access]));
      assert.doesNotMatch(packed, /[^\0-\xff]/);
    }),
  );
});

test('an Application of which one part is not as usual is kept as JSON, and reads back the same', () => {
  const odd: readonly Partial<PresentApplication>[] = [
    { uid: UUID.toUpperCase() },
    { id: '' },
    { bundlesWithSecrets: [UUID, 'billing'] },
    { bundlesWithSecrets: Array.from({ length: 256 }, () => UUID) },
    { digest: `${DIGEST}0` },
    { resourceVersion: '1\n2' },
    { syncError: 'first\nsecond' },
  ];
  for (const change of odd) assert.match(packedApplication(change), AS_JSON, JSON.stringify(change));
});

test('a Secret of which one part is not as usual is kept as JSON, and reads back the same', () => {
  const odd: readonly Partial<PresentSecret>[] = [
    { uid: '' },
    { createdAt: undefined },
    { createdAt: '2026-01-02T03:04:05.678Z' },
    { digest: DIGEST.slice(1) },
    { contentDigest: `${DIGEST}0` },
    { resourceVersion: '1\n' },
    { marks: { fingerprint: '0123' } },
    { marks: { fingerprint: '0123456789abcdeg'.repeat(2) } },
    { marks: { rotatedAt: '2026-01-02T04:04:05+01:00' } },
    { marks: { access: 'basic\n' } },
    { owners: [{ ...OWNER, kind: 'Secret' }] },
    { owners: [{ ...OWNER, apiVersion: 'v1' }] },
    { owners: [{ ...OWNER, controller: true }] },
    { owners: [{ ...OWNER, name: 'or\nders' }] },
    { owners: [OWNER, OWNER] },
  ];
  for (const change of odd) assert.match(packedSecret(change), AS_JSON, JSON.stringify(change));
});

test('an id is packed where it is a UUID as it is usually written, and is itself where not', () => {
  assert.equal(packId(UUID).length, 16);
  for (const id of ['', 'orders', UUID.toUpperCase(), `${UUID}0`, UUID.replaceAll('-', '')])
    assert.equal(packId(id), id);
  assert.notEqual(packId(UUID), packId(UUID.replace('2a', '2b')));
});
