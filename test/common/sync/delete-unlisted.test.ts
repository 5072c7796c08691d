import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APPLICATION } from '#common/resources/application.ts';
import { findUnlisted } from '#common/sync/delete-unlisted.ts';
import { Present, type PresentApplication, type PresentSecret } from '#common/sync/present.ts';
import { Tally } from '#common/sync/tally.ts';
import { presentApplication } from './samples.ts';

const ownerOf = (name: string) => ({ ...APPLICATION, name, uid: `uid-${name}` });
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', name: 'other', uid: 'uid-other' };

const secretOf = (name: string, more: Partial<PresentSecret>): PresentSecret => ({
  ...{ name, uid: `uid-${name}`, resourceVersion: '1', ownership: 'ours', owners: [], digest: '', contentDigest: '' },
  ...{ marks: {}, isTerminating: false },
  ...more,
});

interface Cluster {
  readonly applications?: readonly PresentApplication[];
  readonly secrets?: readonly PresentSecret[];
  /** Names, as those of `asBefore`. */
  readonly settled?: readonly string[];
  readonly asBefore?: readonly string[];
  readonly wanted?: readonly string[];
  readonly isLost?: boolean;
}

/** What is unlisted while these ids are listed, by a connection that has not the agent's own name. */
function unlistedOf(
  listed: readonly string[],
  { isLost = false, settled = [], asBefore = [], wanted = [], ...cluster }: Cluster,
) {
  const present = new Present();
  for (const one of cluster.applications ?? []) present.putApplication(one);
  for (const one of cluster.secrets ?? []) present.putSecret(one);
  const scene = { present, place: { connectionName: 'a-connection' } };
  const tally = new Tally(() => 0);
  for (const name of wanted) tally.claim(name, 'an-id');
  for (const name of asBefore) tally.takeAsBefore(name);
  for (const name of settled) {
    const record = present.application(name);
    tally.settle({ id: record?.id } as never, { record, action: 'unchanged', secrets: [] } as never, 'a cause', []);
  }
  const round = { scene, tally, sight: { isLost } };
  const {
    present: kept,
    applications,
    secrets,
  } = findUnlisted(round as never, {
    heads: new Map(listed.map((id) => [id, id])),
  });
  assert.equal(kept.length, [...kept].length);
  return {
    present: [...kept],
    applications: applications.map(({ name }) => name),
    secrets: secrets.map(({ name }) => name),
  };
}

test('an Application is unlisted when it is kept by this connection, stays there, and its id is not listed', () => {
  const applications = [
    presentApplication('listed', 'i1'),
    presentApplication('listed-unmarked', 'i2', 'unmarked'),
    presentApplication('listed-foreign', 'i3', 'foreign'),
    presentApplication('goes', 'i4'),
    presentApplication('without-id', undefined),
    presentApplication('unmarked', 'i5', 'unmarked'),
    presentApplication('foreign', 'i6', 'foreign'),
    { ...presentApplication('on-its-way-out', 'i7'), isTerminating: true },
    { ...presentApplication('listed-on-its-way-out', 'i1'), isTerminating: true },
  ];
  assert.deepEqual(unlistedOf(['i1', 'i2', 'i3'], { applications }), {
    present: ['uid-listed', 'uid-listed-unmarked', 'uid-goes', 'uid-without-id'],
    applications: ['goes', 'without-id'],
    secrets: [],
  });
});

test('one that is as before, or was brought to what is listed, is kept and listed without a look at it', () => {
  const applications = ['as-before', 'settled', 'neither'].map((name) => presentApplication(name, `id-${name}`));
  const { present, ...unlisted } = unlistedOf([], { applications, asBefore: ['as-before'], settled: ['settled'] });
  assert.deepEqual(present, ['uid-as-before', 'uid-settled', 'uid-neither']);
  assert.deepEqual(unlisted, { applications: ['neither'], secrets: [] });
});

test('one that was brought to what is listed while it is on its way out is not kept', () => {
  const applications = [{ ...presentApplication('settled', 'i1'), isTerminating: true }];
  const { present, ...unlisted } = unlistedOf(['i1'], { applications, settled: ['settled'] });
  assert.deepEqual([present, unlisted.applications], [[], []]);
});

const APPLICATIONS = [
  presentApplication('settled', 'i1'),
  presentApplication('settled-too', 'i2'),
  presentApplication('failing', 'i3'),
];

const ORPHANS: readonly (readonly [what: string, secret: Partial<PresentSecret>, isOrphan: boolean])[] = [
  ['of ours without an owner', {}, true],
  ['of ours whose owner is gone', { owners: [ownerOf('gone')] }, true],
  ['of ours whose owner is as it is listed', { owners: [ownerOf('settled')] }, true],
  ['without a mark whose owner is as it is listed', { ownership: 'unmarked', owners: [ownerOf('settled')] }, true],
  ['whose owners all are', { owners: [ownerOf('settled'), ownerOf('settled-too'), ownerOf('gone')] }, true],
  ['without a mark or an owner', { ownership: 'unmarked' }, false],
  ['without a mark whose owner is gone', { ownership: 'unmarked', owners: [ownerOf('gone')] }, false],
  ["that is somebody else's", { ownership: 'foreign', owners: [ownerOf('settled')] }, false],
  ['that is on its way out', { isTerminating: true }, false],
  ['whose owner fails', { owners: [ownerOf('failing')] }, false],
  ['of which one owner fails', { owners: [ownerOf('settled'), ownerOf('failing')] }, false],
  ['that something else owns', { owners: [CONFIG_MAP] }, false],
  ['that something else owns, too', { owners: [ownerOf('settled'), CONFIG_MAP] }, false],
];

for (const [what, secret, isOrphan] of ORPHANS) {
  test(`a Secret ${what} is ${isOrphan ? 'left over' : 'none that is left over'}`, () => {
    const cluster = {
      applications: APPLICATIONS,
      secrets: [secretOf('one', secret)],
      settled: ['settled'],
      asBefore: ['settled-too'],
    };
    assert.deepEqual(unlistedOf(['i1', 'i2', 'i3'], cluster).secrets, isOrphan ? ['one'] : []);
  });
}

test('a Secret that an Application needs is not left over, and none is while credentials are hidden', () => {
  const secrets = [secretOf('one', {})];
  assert.deepEqual(unlistedOf([], { secrets, wanted: ['one'] }).secrets, []);
  assert.deepEqual(unlistedOf([], { secrets, isLost: true }).secrets, []);
  assert.deepEqual(unlistedOf([], { secrets, wanted: ['other'] }).secrets, ['one']);
});

test('a Secret stays while an Application names it that is not as it is listed', () => {
  const failing = { ...presentApplication('failing', 'i1'), bundlesWithSecrets: ['b0', 'b1'] };
  const settled = { ...presentApplication('settled', 'i2'), bundlesWithSecrets: ['b0', 'b1'] };
  const names = ['failing-b1', 'params-failing-b0', 'failing-b2', 'settled-b1', 'params-settled-b1'];
  const cluster = {
    applications: [settled, failing],
    secrets: names.map((name) => secretOf(name, { owners: [ownerOf('settled')] })),
    settled: ['settled'],
  };
  assert.deepEqual(unlistedOf(['i1', 'i2'], cluster).secrets, ['failing-b2', 'settled-b1', 'params-settled-b1']);
});
