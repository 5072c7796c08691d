import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError, type Reason } from '#common/errors.ts';
import { asStoreForbidden, isStoreRefusal, isUnprovable } from '../../../sidecar/connection/store-forbidden.ts';
import { tokenRequired, withTokenHint } from '../../../sidecar/connection/token-required.ts';

const REFUSALS: readonly Reason[] = ['ClusterForbidden', 'ClusterNotFound', 'NotInstalled', 'ClusterRefused'];
const OTHERS: readonly Reason[] = ['ClusterUnreachable', 'ClusterConflict', 'ClusterUnavailable', 'Stopping'];

test('what no second try of a write helps against has one name, and keeps its words and its status', () => {
  for (const reason of REFUSALS) {
    const error = new CompassError(reason, 'the quota is used up', { status: 403 });
    assert.equal(isStoreRefusal(error), true);
    const told = asStoreForbidden(error);
    assert.ok(told instanceof CompassError);
    assert.deepEqual([told.reason, told.message, told.status], ['StoreForbidden', 'the quota is used up', 403]);
    assert.equal(told.cause, error);
  }
});

test('what may pass by itself, and a bug, stay as they are', () => {
  for (const error of [...OTHERS.map((reason) => new CompassError(reason, 'no')), new Error('a bug'), undefined]) {
    assert.equal(isStoreRefusal(error), false);
    assert.equal(asStoreForbidden(error), error);
  }
});

test('a dry run that the server cannot do proves nothing, and one that a webhook denies proves enough', () => {
  const refused = (status: number | undefined, message: string) =>
    new CompassError('ClusterRefused', message, { status });
  assert.equal(isUnprovable(refused(400, 'admission webhook "a" does not support dry run')), true);
  assert.equal(isUnprovable(refused(400, 'admission webhook "a" denied the request: no')), false);
  assert.equal(isUnprovable(refused(403, 'forbidden')), false);
  assert.equal(isUnprovable(refused(undefined, 'no answer')), false);
  assert.equal(isUnprovable(Object.assign(new Error('a bug'), { status: 400 })), false);
});

test('what only a new token ends says so, with its cause and the id of the call', () => {
  const cause = new Error('why');
  const required = tokenRequired('it is spent', cause);
  assert.deepEqual([required.reason, required.cause], ['TokenRequired', cause]);
  assert.match(required.message, /^it is spent; request a new one-time token .*TOKEN/);
  assert.equal('cause' in tokenRequired('it is spent'), false);
  const hinted = withTokenHint(new CompassError('Rejected', 'it is refused', { requestId: 'an-id' }));
  assert.deepEqual([hinted.reason, hinted.requestId], ['Rejected', 'an-id']);
  assert.match(hinted.message, /^it is refused; request a new one-time token/);
});
