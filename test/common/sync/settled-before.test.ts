import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DirectorApplication } from '#common/compass/director-types.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { Sensitive } from '#common/sensitive.ts';
import { Present, type PresentSecret } from '#common/sync/present.ts';
import { listedDigest, SettledBefore } from '#common/sync/settled-before.ts';
import { id, presentApplication } from './samples.ts';

const ORDERS: DirectorApplication = { id: id(1), name: 'orders', clientIds: [], bundles: [] };
const DIGEST = listedDigest(ORDERS);
const SECRETS = ['orders-1', 'orders-2'];

function presentSecret(name: string, owners: readonly string[] = ['uid-orders']): PresentSecret {
  return {
    ...{ name, uid: `uid-${name}`, resourceVersion: '7', ownership: 'ours', createdAt: undefined },
    ...{ digest: 'd', contentDigest: 'c', marks: {}, isTerminating: false },
    owners: owners.map((uid) => ({ apiVersion: APPLICATION.apiVersion, kind: APPLICATION.kind, name: 'orders', uid })),
  };
}

/** An Application with two Secrets in the cluster, and that it was brought there as it is listed. */
function settled() {
  const present = new Present();
  present.putApplication(presentApplication('orders', ORDERS.id));
  for (const name of SECRETS) present.putSecret(presentSecret(name));
  const before = new SettledBefore();
  before.begin(new Sensitive('key'));
  before.note(ORDERS, DIGEST, SECRETS, present);
  return { present, before };
}

test('an Application that is listed and present as it was when it was settled is found, with its Secrets', () => {
  const { present, before } = settled();
  assert.deepEqual(before.find(ORDERS, DIGEST, present), SECRETS);
  before.begin(new Sensitive('key'));
  assert.deepEqual(before.find(ORDERS, DIGEST, present), SECRETS);
});

test('the digest of what is listed is another one once anything of it is', () => {
  const bundle = { id: 'b', name: 'Bundle', apiDefinitions: [], eventDefinitions: [] };
  const others = [
    { ...ORDERS, name: 'others' },
    { ...ORDERS, description: 'changed' },
    { ...ORDERS, clientIds: ['one'] },
    { ...ORDERS, bundles: [bundle] },
    { ...ORDERS, bundles: [{ ...bundle, defaultInstanceAuth: { additionalHeaders: { h: ['1'] } } }] },
  ];
  assert.equal(new Set([DIGEST, ...others.map(listedDigest)]).size, 6);
  assert.equal(listedDigest({ ...ORDERS }), DIGEST);
});

const CHANGES: Readonly<Record<string, (present: Present) => void>> = {
  'its Application has another version': (present) =>
    present.putApplication({ ...presentApplication('orders', ORDERS.id), resourceVersion: '2' }),
  'its Application is gone': (present) => present.removeApplication('orders'),
  'one of its Secrets has another version': (present) =>
    present.putSecret({ ...presentSecret('orders-2'), resourceVersion: '8' }),
  'one of its Secrets is gone': (present) => present.removeSecret('orders-1'),
  'another Application carries its id': (present) => present.putApplication(presentApplication('copy', ORDERS.id)),
};

for (const [what, change] of Object.entries(CHANGES)) {
  test(`an Application is looked at again where ${what}`, () => {
    const { present, before } = settled();
    change(present);
    assert.equal(before.find(ORDERS, DIGEST, present), undefined);
  });
}

test('an Application is looked at again where something else is listed, the key is another one, or all is forgotten', () => {
  const { present, before } = settled();
  assert.equal(before.find(ORDERS, 'another', present), undefined);
  assert.equal(before.find({ ...ORDERS, id: id(2) }, DIGEST, present), undefined);
  before.begin(new Sensitive('another'));
  assert.equal(before.find(ORDERS, DIGEST, present), undefined);
  const again = settled();
  again.before.clear();
  assert.equal(again.before.find(ORDERS, DIGEST, again.present), undefined);
});

test('whether it is listed as before is told whatever is present', () => {
  const { before } = settled();
  assert.equal(before.isListedAsBefore(ORDERS, DIGEST), true);
  assert.equal(before.isListedAsBefore(ORDERS, 'another'), false);
  assert.equal(before.isListedAsBefore({ id: id(2) }, DIGEST), false);
});

const UNFIT: Readonly<Record<string, (present: Present) => void>> = {
  'a Secret that something else owns, too': (present) =>
    present.putSecret(presentSecret('orders-1', ['uid-orders', 'uid-former'])),
  'a Secret that only something else owns': (present) => present.putSecret(presentSecret('orders-1', ['uid-former'])),
  'a Secret that is not there': (present) => present.removeSecret('orders-1'),
  'an Application that is not there': (present) => present.removeApplication('orders'),
  "an Application that is somebody else's": (present) =>
    present.putApplication(presentApplication('orders', ORDERS.id, 'foreign')),
  'an Application that is on its way out': (present) =>
    present.putApplication({ ...presentApplication('orders', ORDERS.id), isTerminating: true }),
};

for (const [what, change] of Object.entries(UNFIT)) {
  test(`nothing is remembered of ${what}, and what was is forgotten`, () => {
    const { present, before } = settled();
    const whole = present.copy();
    change(present);
    before.note(ORDERS, DIGEST, SECRETS, present);
    assert.equal(before.find(ORDERS, DIGEST, present), undefined);
    assert.equal(before.find(ORDERS, DIGEST, whole), undefined, 'as it was before');
  });
}

test('an Application without a mark, which is taken over, is remembered as one of ours is', () => {
  const { present, before } = settled();
  present.putApplication(presentApplication('orders', ORDERS.id, 'unmarked'));
  before.note(ORDERS, DIGEST, SECRETS, present);
  assert.deepEqual(before.find(ORDERS, DIGEST, present), SECRETS);
});

test('pages are remembered as long as what they showed, and forgotten together with all of it', () => {
  const page = { digest: 'd', heads: [], totalCount: 0, next: undefined };
  const key = new Sensitive('key');
  const { before } = settled();
  before.pages.note('100 ', page);
  before.begin(key);
  assert.equal(before.pages.last('100 '), page);
  before.clear();
  assert.equal(before.pages.last('100 '), undefined);
  before.pages.note('100 ', page);
  for (let round = 0; round < 2; round += 1) before.begin(key);
  assert.equal(before.pages.last('100 '), undefined, 'not asked for in a round');
});

test('what is not listed any more is forgotten', () => {
  const { present, before } = settled();
  present.putApplication(presentApplication('others', id(2)));
  const others = { ...ORDERS, id: id(2), name: 'others' };
  before.note(others, 'd', [], present);
  before.keepOnly(new Map([[id(1), 'orders']]));
  assert.equal(before.find(others, 'd', present), undefined);
  assert.deepEqual(before.find(ORDERS, DIGEST, present), SECRETS);
});
