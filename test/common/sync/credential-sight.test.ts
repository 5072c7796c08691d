import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeItem } from '#common/compass/director-item.ts';
import type { DirectorAuth } from '#common/compass/director-types.ts';
import { CompassError } from '#common/errors.ts';
import { DEFAULT_CONNECTION_NAME } from '#common/resources/names.ts';
import { Sensitive } from '#common/sensitive.ts';
import { CredentialSight } from '#common/sync/credential-sight.ts';
import type { Desired } from '#common/sync/desired.ts';
import type { Ownership } from '#common/sync/ownership.ts';
import { Present } from '#common/sync/present.ts';
import { presentApplication } from './samples.ts';

const CONNECTION = 'a-connection';

interface Holder {
  readonly id?: string;
  readonly bundles?: readonly string[];
  readonly ownership?: Ownership;
}

/** A sight of a cluster with these Applications, each with credentials for its bundles. */
function sightOf(holders: Readonly<Record<string, Holder>>, connectionName = CONNECTION): CredentialSight {
  const present = new Present();
  for (const [name, { id = name, bundles = [`b-${name}`], ownership = 'ours' }] of Object.entries(holders)) {
    present.putApplication({ ...presentApplication(name, id, ownership), bundlesWithSecrets: bundles });
  }
  return new CredentialSight(present, connectionName);
}

/** An Application as it is listed, without credentials unless said. */
function listed(name: string, more: Partial<Desired> = {}): Desired {
  const service = { id: `b-${name}`, entries: [] };
  return { id: name, name, spec: { services: [service] }, secrets: [], kept: [], ...more } as unknown as Desired;
}

const applicationWith = (...auths: readonly (DirectorAuth | null | undefined)[]) =>
  wholeItem({
    ...{ id: 'any', name: 'any', clientIds: [] },
    bundles: auths.map((defaultInstanceAuth, at) => ({
      ...{ id: `b${at}`, name: `Bundle ${at}`, apiDefinitions: [], eventDefinitions: [] },
      ...(defaultInstanceAuth === undefined ? {} : { defaultInstanceAuth }),
    })),
  });

const BASIC: DirectorAuth = { credential: { type: 'Basic', username: 'user', password: 'not-a-password' } };

test('who loses nothing is brought at once, also one whose credentials cannot be used', () => {
  const sight = sightOf({ one: {}, two: {} });
  const labels = { app: 'one', bundleId: 'b-one' };
  const withSecret = listed('one', { secrets: [{ name: 's', labels, content: new Sensitive({}) }] });
  const unusable = listed('two', { kept: [{ bundleId: 'b-two', secretName: 's', entries: [], why: 'unknown' }] });
  const fresh = listed('three');
  for (const desired of [withSecret, unusable, fresh]) assert.equal(sight.judge(desired), desired);
  sight.conclude({});
  assert.equal(sight.isLost, false);
});

test('who loses credentials waits until the listing has shown what that means', () => {
  const sight = sightOf({ one: {}, two: {} });
  assert.equal(sight.judge(listed('one')), undefined);
  assert.equal(sight.isLost, false);
  sight.conclude({});
  assert.equal(sight.isLost, true);
  assert.deepEqual(sight.judge(listed('one'))?.vanished, ['b-one']);
});

test('of one Application alone it is believed', () => {
  const sight = sightOf({ one: {}, open: { bundles: [] } });
  assert.equal(sight.judge(listed('one')), undefined);
  sight.conclude({});
  assert.equal(sight.isLost, false);
  const desired = listed('one');
  assert.equal(sight.judge(desired), desired);
});

test('one Application counts once, under however many names it is there, and its bundles wherever they are', () => {
  const sight = sightOf({ now: { id: 'one', bundles: [] }, before: { id: 'one' }, former: { id: 'one' } });
  assert.equal(sight.judge(listed('one', { spec: { services: [{ id: 'b-before' }] } as never })), undefined);
  sight.conclude({});
  assert.equal(sight.isLost, false);
});

test('what another connection may be about to take over counts once it is listed here, and loses credentials', () => {
  const unmarked = { ownership: 'unmarked' } as const;
  const alone = sightOf({ one: {}, other: unmarked });
  assert.equal(alone.judge(listed('one')), undefined);
  alone.conclude({});
  assert.equal(alone.isLost, false);

  const kept = [{ bundleId: 'b-other', secretName: 's', entries: [], why: 'unknown' }];
  const loser = sightOf({ one: {}, other: unmarked });
  assert.ok(loser.judge(listed('other', { kept })), 'it loses nothing');
  assert.equal(loser.judge(listed('one')), undefined);
  loser.conclude({});
  assert.equal(loser.isLost, false);

  const both = sightOf({ other: unmarked, third: unmarked });
  for (const name of ['other', 'third']) assert.equal(both.judge(listed(name)), undefined);
  both.conclude({});
  assert.equal(both.isLost, true);
});

test("what carries no mark counts at once for the connection of the agent's own name", () => {
  const sight = sightOf({ one: {}, other: { ownership: 'unmarked' } }, DEFAULT_CONNECTION_NAME);
  assert.equal(sight.judge(listed('one')), undefined);
  sight.conclude({});
  assert.equal(sight.isLost, true);
});

test('a listing that failed, or in which nobody waits, says nothing', () => {
  const sight = sightOf({ one: {}, two: {} });
  sight.conclude({});
  assert.equal(sight.isLost, false);
  assert.equal(sight.judge(listed('one')), undefined);
  sight.conclude({ error: new CompassError('CompassTimeout', 'too slow') });
  assert.equal(sight.isLost, false);
  sight.beginListing();
  sight.conclude({});
  assert.equal(sight.isLost, false, 'who waited in the listing before counts no more');
});

const SHOWN: readonly (readonly [what: string, auth: DirectorAuth | null | undefined, isShown: boolean])[] = [
  ['a credential', BASIC, true],
  ['a header', { additionalHeaders: { 'x-tenant': ['blue'] } }, true],
  ['a query parameter', { additionalQueryParams: { tenant: ['blue'] } }, true],
  ['a credential that is hidden', { credential: null, additionalHeaders: null, additionalQueryParams: {} }, false],
  ['a block that is hidden', null, false],
  ['no block', undefined, false],
];

for (const [what, auth, isShown] of SHOWN) {
  test(`${what} anywhere in the listing ${isShown ? 'shows that what is missing was taken away' : 'shows nothing'}`, () => {
    const sight = sightOf({ one: {}, two: {} });
    assert.equal(sight.judge(listed('one')), undefined);
    for (const item of [applicationWith(), applicationWith(null, auth), applicationWith(null)]) sight.look(item);
    const desired = listed('two');
    assert.equal(sight.judge(desired), isShown ? desired : undefined);
    sight.conclude({});
    assert.equal(sight.isLost, !isShown);
  });
}
