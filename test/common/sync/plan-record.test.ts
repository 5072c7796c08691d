import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubeObject, type OwnerReference, SECRET } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { PlanRecord } from '#common/sync/plan-record.ts';

const record = (mostBytes = 100_000) => new PlanRecord((object) => object, mostBytes);
const applicationRef = (name: string) => ({ kind: APPLICATION, name });
const secretRef = { kind: SECRET, namespace: 'kyma-system', name: 's' };

function application(name: string, { id = 'i1', description = 'd', uid = 'u1' } = {}): KubeObject {
  const spec = { description, compassMetadata: { applicationId: id } };
  return { apiVersion: APPLICATION.apiVersion, kind: 'Application', metadata: { name, uid }, spec } as KubeObject;
}

function secret(...owners: readonly (readonly [name: string, uid: string, kind?: string])[]): KubeObject {
  const ownerReferences = owners.map(
    ([name, uid, kind = 'Application']): OwnerReference => ({ apiVersion: APPLICATION.apiVersion, kind, name, uid }),
  );
  const metadata = {
    name: 's',
    namespace: 'kyma-system',
    uid: 'us',
    ...(owners.length > 0 ? { ownerReferences } : {}),
  };
  return { apiVersion: 'v1', kind: 'Secret', metadata };
}

test('a change is from before the first write to after the last one', () => {
  const plan = record();
  const [one, two, three] = ['1', '2', '3'].map((description) => application('a', { description }));
  plan.note(applicationRef('a'), one, two);
  plan.note(applicationRef('a'), two, three);
  assert.deepEqual(plan.changes(), [
    { entry: { kind: 'Application', name: 'a', action: 'update', before: one, after: three }, uid: 'u1', id: 'i1' },
  ]);
});

test('what is at the end as it was is no change, and neither is what came and went', () => {
  const plan = record();
  const [one, two] = ['1', '2'].map((description) => application('a', { description }));
  plan.note(applicationRef('a'), one, two);
  plan.note(applicationRef('a'), two, one);
  plan.note(applicationRef('b'), undefined, two);
  plan.note(applicationRef('b'), two, undefined);
  assert.deepEqual(plan.changes(), []);
});

test('a creation has no before, and a deletion no after', () => {
  const plan = record();
  plan.note(applicationRef('a'), undefined, application('a'));
  plan.note(applicationRef('b'), application('b', { id: '', uid: 'u2' }), undefined);
  assert.deepEqual(plan.changes(), [
    { entry: { kind: 'Application', name: 'a', action: 'create', after: application('a') }, uid: 'u1', id: 'i1' },
    {
      entry: { kind: 'Application', name: 'b', action: 'delete', before: application('b', { id: '', uid: 'u2' }) },
      uid: 'u2',
      id: undefined,
    },
  ]);
});

test('an Application that is not of Compass has no id', () => {
  const { spec: _spec, ...bare } = application('a') as KubeObject & { spec: object };
  for (const object of [bare, { ...bare, spec: {} }]) {
    const plan = record();
    plan.note(applicationRef('a'), undefined, object);
    assert.equal(plan.changes()[0]?.id, undefined);
  }
});

test('a Secret belongs to the last Application that owns it, also after it is gone', () => {
  const plan = record();
  const owned = secret(['old', 'u0'], ['new', 'u1'], ['config', 'u2', 'ConfigMap']);
  plan.note(secretRef, owned, secret(['old', 'u0']));
  plan.note(secretRef, secret(['old', 'u0']), secret());
  const [change] = plan.changes();
  assert.deepEqual(
    [change?.entry.application, change?.entry.namespace, change?.id, change?.uid],
    ['old', 'kyma-system', undefined, 'us'],
  );
  const lone = record();
  lone.note(secretRef, secret(), undefined);
  assert.equal('application' in (lone.changes()[0]?.entry ?? {}), false);
  const foreign = record();
  foreign.note(secretRef, undefined, secret(['config', 'u2', 'ConfigMap']));
  assert.equal('application' in (foreign.changes()[0]?.entry ?? {}), false);
  const two = record();
  two.note(secretRef, undefined, owned);
  assert.equal(two.changes()[0]?.entry.application, 'new');
});

test('the uid of an owner that the plan itself creates is not shown, others are', () => {
  const plan = record();
  plan.note(applicationRef('new'), undefined, application('new'));
  plan.note(secretRef, undefined, secret(['old', 'u0'], ['new', 'u1']));
  const after = plan.changes()[1]?.entry.after as KubeObject | undefined;
  assert.deepEqual(
    after?.metadata.ownerReferences?.map(({ name, uid }) => [name, uid]),
    [
      ['old', 'u0'],
      ['new', undefined],
    ],
  );
  assert.deepEqual([after?.metadata.name, after?.kind], ['s', 'Secret']);
  const other = record();
  other.note(applicationRef('old'), application('old', { description: 'x' }), application('old'));
  other.note(secretRef, undefined, secret(['old', 'u1']));
  const known = other.changes()[1]?.entry.after as KubeObject | undefined;
  assert.equal(known?.metadata.ownerReferences?.[0]?.uid, 'u1');
});

test('what is too much is cut from entries, and never the entries; what is written over counts no more', () => {
  const [one, two, three] = ['1', '2', '3'].map((description) => application('a', { description }));
  const bytes = JSON.stringify(one).length;
  const shown = (plan: PlanRecord) =>
    plan
      .changes()
      .map(({ entry }) => [entry.action, entry.before !== undefined, entry.after !== undefined, entry.isCut]);
  const exact = record(2 * bytes);
  exact.note(applicationRef('a'), one, two);
  exact.note(applicationRef('a'), two, three);
  assert.deepEqual(shown(exact), [['update', true, true, undefined]]);
  exact.note(applicationRef('b'), undefined, two);
  assert.deepEqual(shown(exact)[1], ['create', false, false, true]);
  const short = record(2 * bytes - 1);
  short.note(applicationRef('a'), one, two);
  assert.deepEqual(shown(short), [['update', false, false, true]]);
  const none = record(0);
  none.note(applicationRef('a'), one, undefined);
  none.note(applicationRef('b'), one, one);
  assert.deepEqual(shown(none), [['delete', false, false, true]]);
});
