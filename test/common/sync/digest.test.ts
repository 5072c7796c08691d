import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Sensitive } from '#common/sensitive.ts';
import {
  applicationDigest,
  canonical,
  canonicalText,
  desiredSecretDigests,
  secretDigests,
} from '#common/sync/digest.ts';

const digestOfSecret = (secret: Parameters<typeof secretDigests>[0]) => secretDigests(secret).digest;
const contentDigestOf = (data: Readonly<Record<string, string>>) => secretDigests({ metadata: {}, data }).contentDigest;

const application = (spec: object) => applicationDigest({ metadata: {}, spec } as never);
const base64 = (text: string) => Buffer.from(text).toString('base64');

const SAME: readonly (readonly [what: string, one: object, other: object])[] = [
  ['an empty text and none', { services: [{ id: 'a', displayName: '' }] }, { services: [{ id: 'a' }] }],
  ['no services and an empty list', {}, { services: [] }],
  [
    'an empty block of credentials and none',
    { services: [{ entries: [{ credentials: { type: '', secretName: '' } }] }] },
    { services: [{ entries: [{}] }] },
  ],
  ['false and absent', { skipVerify: false }, {}],
  [
    'client ids in another order',
    { compassMetadata: { authentication: { clientIds: ['a', 'b'] } } },
    { compassMetadata: { authentication: { clientIds: ['b', 'a'] } } },
  ],
  ['keys in another order', { labels: { a: '1', b: '2' } }, { labels: { b: '2', a: '1' } }],
  ['what is written once', { encodeUrl: true, skipInstallation: true }, { encodeUrl: false }],
];

for (const [what, one, other] of SAME) {
  test(`${what} are the same`, () => assert.equal(application(one), application(other)));
}

const DIFFERENT: readonly (readonly [what: string, one: object, other: object])[] = [
  ['a description', { description: 'a' }, { description: 'b' }],
  ['a further label', { labels: { a: '1' } }, { labels: { a: '1', b: '2' } }],
  ['the order of services', { services: [{ id: 'a' }, { id: 'b' }] }, { services: [{ id: 'b' }, { id: 'a' }] }],
  [
    'a further client id',
    { compassMetadata: { authentication: { clientIds: ['a'] } } },
    { compassMetadata: { authentication: { clientIds: ['a', 'b'] } } },
  ],
  [
    'a text in place of the client ids, which another definition may let be,',
    { compassMetadata: { authentication: { clientIds: ['a', 'b'] } } },
    { compassMetadata: { authentication: { clientIds: 'ab' } } },
  ],
  ['an id', { compassMetadata: { applicationId: 'a' } }, { compassMetadata: { applicationId: 'b' } }],
  [
    'an entry that is empty',
    { services: [{ id: 'a', entries: [{}] }] },
    { services: [{ id: 'a', entries: [{}, {}] }] },
  ],
];

for (const [what, one, other] of DIFFERENT) {
  test(`${what} makes a difference`, () => assert.notEqual(application(one), application(other)));
}

test("a Secret's digest is that of its values: what is desired, stored, has the same", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-zA-Z]{1,10}$/), fc.string({ minLength: 1, unit: 'grapheme' })),
      (content) => {
        const labels = { app: 'orders', bundleId: 'b1' };
        const data = Object.fromEntries(Object.entries(content).map(([key, value]) => [key, base64(value)]));
        const desired = { name: 'orders-b1', labels, content: new Sensitive(content) };
        const stored = { metadata: { labels: { ...labels, team: 'blue' } }, data };
        assert.equal(digestOfSecret(stored), desiredSecretDigests(desired).digest);
        assert.notEqual(
          digestOfSecret({ ...stored, data: { ...data, more: base64('1') } }),
          desiredSecretDigests(desired).digest,
        );
      },
    ),
  );
});

test("the digest of a Secret's content is that of its values alone", () => {
  const content = { username: 'u', headers: '{"b":["1"],"a":["<"]}' };
  const spelt = { headers: base64('{"a":["\\u003c"],"b":["1"]}'), username: base64('u') };
  const desired = { name: 'x', labels: { app: 'orders', bundleId: 'b1' }, content: new Sensitive(content) };
  assert.equal(contentDigestOf(spelt), desiredSecretDigests(desired).contentDigest);
  const others = [{}, { username: spelt.username }, { ...spelt, username: base64('v') }, { headers: base64('{') }];
  const digests = [spelt, ...others].map((data) => contentDigestOf(data));
  assert.equal(new Set(digests).size, 5);
  for (const one of digests) assert.match(one, /^[\w-]{22}$/);
});

test('our labels make a difference to a Secret, and so does what is no JSON where it should be', () => {
  const digestOf = (labels: Readonly<Record<string, string>>, data: Readonly<Record<string, string>> = {}) =>
    digestOfSecret({ metadata: { labels }, data });
  const labels = { app: 'orders', bundleId: 'b1' };
  const digests = [
    digestOf(labels),
    digestOf({ ...labels, app: 'other' }),
    digestOf({ ...labels, bundleId: 'b2' }),
    digestOf(labels, { queryParameters: base64('{') }),
    digestOf(labels, { queryParameters: base64('[') }),
    digestOf(labels, { queryParameters: base64('{"a": ["1"]}') }),
  ];
  assert.equal(new Set(digests).size, 6);
  assert.equal(digests[5], digestOf(labels, { queryParameters: base64('{"a":["1"]}') }));
  const [one, other] = ['{"a":1}', '{"a": 1}'].map((text) => digestOf(labels, { username: base64(text) }));
  assert.notEqual(one, other, 'other keys are texts');
});

test('to a depth of a hundred keys have no order, and what lies below counts as it is written', () => {
  const digestOf = (text: string) => contentDigestOf({ headers: base64(text) });
  const isOrdered = (open: string, close: string, depth: number) =>
    digestOf(`${open.repeat(depth)}{"b":1,"a":2}${close.repeat(depth)}`) !==
    digestOf(`${open.repeat(depth)}{"a":2,"b":1}${close.repeat(depth)}`);
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const) {
    const ordered = [98, 99, 20_000].map((depth) => isOrdered(open, close, depth));
    assert.deepEqual(ordered, [false, true, true], open);
  }
  assert.equal(digestOf('[[1]]'), digestOf(' [ [1 ] ]'));
  assert.equal(digestOf('null'), digestOf(''), 'nothing is nothing, however it is written');
});

test('keys come in order', () => {
  assert.deepEqual(Object.keys(canonical({ b: 1, c: 1, a: 1 }) as object), ['a', 'b', 'c']);
});

test('the same JSON in another spelling is the same parameters', () => {
  const labels = { app: 'orders', bundleId: 'b1' };
  const desired = { name: 'x', labels, content: new Sensitive({ headers: '{"a":["<&>"],"b":["1"]}' }) };
  const ofGo = '{"b":["1"],"a":["\\u003c\\u0026\\u003e"]}';
  assert.equal(
    digestOfSecret({ metadata: { labels }, data: { headers: base64(ofGo) } }),
    desiredSecretDigests(desired).digest,
  );
});

test('the canonical form of a canonical form is itself', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.deepEqual(canonical(canonical(value)), canonical(value));
    }),
  );
});

test('the text of the canonical form is what would be built of it, in JSON', () => {
  const inJson = (value: unknown) => JSON.parse(JSON.stringify(value) ?? 'null') as unknown;
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.deepEqual(JSON.parse(canonicalText(value) ?? 'null'), inJson(canonical(value)));
    }),
  );
  assert.equal(
    canonicalText({ b: [1, null, ''], a: { d: 'x', c: false }, e: {} }),
    '{"a":{"d":"x"},"b":[1,null,null]}',
  );
});

test('at any depth the text is that of the canonical form', () => {
  for (const depth of [99, 100, 101, 150]) {
    let nested: unknown = { b: 1, a: '' };
    for (let level = 0; level < depth; level += 1) nested = level % 2 === 0 ? { z: nested, y: level } : [nested];
    assert.equal(canonicalText(nested), JSON.stringify(canonical(nested)), `${depth}`);
  }
  let endless: unknown = [];
  for (let level = 0; level < 200_000; level += 1) endless = [endless];
  assert.equal(canonicalText(endless), JSON.stringify(canonical(endless)));
});

test('JSON of any depth in a Secret has a digest, and that of another one differs', () => {
  const digestOf = (headers: string) =>
    digestOfSecret({ metadata: {}, data: { headers: Buffer.from(headers).toString('base64') } });
  const deep = (depth: number) => `${'['.repeat(depth)}1${']'.repeat(depth)}`;
  assert.notEqual(digestOf(deep(200_000)), digestOf(deep(200_001)));
  assert.equal(digestOf('{"a": ["b"]}'), digestOf('{"a":["b"]}'));
});
