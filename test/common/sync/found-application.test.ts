import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Application } from '#common/resources/application.ts';
import { lastEntries } from '#common/sync/last-good.ts';
import { toPresentApplication } from '#common/sync/present.ts';

const found = (spec: unknown) =>
  ({ apiVersion: 'v1', kind: 'A', metadata: { name: 'a' }, spec }) as unknown as Application;

const METADATA = { applicationId: 'id', authentication: { clientIds: ['c'] } };
const WHOLE = {
  compassMetadata: METADATA,
  services: [{ id: 's', entries: [{ type: 'API', credentials: { type: 'Basic', secretName: 'secret' } }] }],
};

test('an Application that an older definition lets stand in any shape is read as far as it goes', () => {
  for (const spec of [
    undefined,
    'text',
    [],
    { ...WHOLE, services: 'text' },
    { ...WHOLE, services: [null, 'text', { id: 1 }, { entries: [] }] },
    { ...WHOLE, services: [{ id: 's', entries: 'text' }] },
    { ...WHOLE, services: [{ id: 's', entries: [null, { credentials: 'text' }, { credentials: { secretName: 1 } }] }] },
    { ...WHOLE, services: [{ id: 's', entries: [{ requestParametersSecretName: {} }] }] },
    { ...WHOLE, compassMetadata: { ...METADATA, authentication: 'text' } },
    { ...WHOLE, compassMetadata: { ...METADATA, authentication: { clientIds: {} } } },
  ]) {
    const present = toPresentApplication(found(spec), 'compass-connection');
    assert.notEqual(present.digest, toPresentApplication(found(WHOLE), 'compass-connection').digest, 'it is put right');
    assert.ok(
      lastEntries(found(spec), 's').every(({ credentials }) => !credentials || credentials.secretName === 'secret'),
    );
  }
  const whole = toPresentApplication(found(WHOLE), 'compass-connection');
  assert.deepEqual([whole.id, whole.bundlesWithSecrets, whole.ownership], ['id', ['s'], 'unmarked']);
});

test('I6: an Application whose mark of Compass has no shape is somebody else’s', () => {
  for (const compassMetadata of ['text', 1, true, ['a'], null, '']) {
    assert.equal(toPresentApplication(found({ ...WHOLE, compassMetadata }), 'compass-connection').ownership, 'foreign');
  }
});
