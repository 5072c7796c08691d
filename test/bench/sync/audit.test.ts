import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Audited, busyS, peakConcurrency, readAudit, spanS, writesOf } from './audit.ts';
import { recorded } from './recorded.ts';

const APPLICATIONS = '/apis/applicationconnector.kyma-project.io/v1alpha1/applications';
const SECRETS = '/api/v1/namespaces/kyma-system/secrets';

function audited(receivedUs: number, answeredUs: number, more: Partial<Audited> = {}): Audited {
  const event = { verb: 'create', uri: APPLICATIONS, resource: 'applications', name: 'orders', status: 201 };
  return { ...event, sent: {}, receivedUs, answeredUs, ...more };
}

test('times of requests that overlap count once', () => {
  const events = [audited(1e6, 3e6), audited(2e6, 4e6), audited(6e6, 7e6)];
  assert.equal(busyS(events), 4);
  assert.equal(spanS(events), 6);
  assert.equal(peakConcurrency(events), 2);
});

test('a request that begins as another one ends does not run beside it', () => {
  assert.equal(peakConcurrency([audited(1, 2), audited(2, 3)]), 1);
});

test('a log is read in the order in which requests came, up to the last whole line', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'compass-audit-'));
  t.after(() => rm(folder, { recursive: true }));
  const line = (name: string, received: string) =>
    JSON.stringify({
      verb: 'create',
      requestURI: SECRETS,
      objectRef: { resource: 'secrets' },
      requestObject: { metadata: { name } },
      responseStatus: { code: 201 },
      requestReceivedTimestamp: received,
      stageTimestamp: '2026-01-01T00:00:02.5Z',
    });
  const lines = [line('late', '2026-01-01T00:00:01.000002Z'), line('early', '2026-01-01T00:00:01.000001Z'), '{"verb":'];
  await writeFile(join(folder, 'audit.log'), lines.join('\n'));
  const events = await readAudit(join(folder, 'audit.log'));
  assert.deepEqual(
    events.map(({ name, receivedUs, answeredUs }) => [name, answeredUs - receivedUs]),
    [
      ['early', 1_499_999],
      ['late', 1_499_998],
    ],
  );
});

test('the connection’s own Secrets, reads and watches are no writes of a synchronization', () => {
  const own = { uri: '/api/v1/namespaces/compass-system/secrets', resource: 'secrets' };
  const events = [audited(1, 2), audited(1, 2, { verb: 'list' }), audited(1, 2, { verb: 'watch' }), audited(1, 2, own)];
  assert.deepEqual(writesOf(events), events.slice(0, 1));
});

test('what was written is recorded for each Application in its order, without what the server gave out', () => {
  const owner = { metadata: { labels: { app: 'orders' }, ownerReferences: [{ kind: 'Application', uid: 'u-1' }] } };
  const applied = { metadata: { name: 'orders', uid: 'u-1', resourceVersion: '7' } };
  const { sequences, workers } = recorded([
    audited(1, 2, { sent: { metadata: { name: 'orders' } } }),
    audited(1, 4, { name: 'stock', sent: { metadata: { name: 'stock' } } }),
    audited(2, 3, { resource: 'secrets', uri: SECRETS, name: 'orders-b1', sent: owner }),
    audited(3, 4, { verb: 'patch', uri: `${APPLICATIONS}/orders?force=true`, sent: applied }),
  ]);
  assert.equal(workers, 2);
  assert.deepEqual(
    sequences.map((sequence) => sequence.map(({ method, path }) => `${method} ${path}`)),
    [[`POST ${APPLICATIONS}`, `POST ${SECRETS}`, `PATCH ${APPLICATIONS}/orders?force=true`], [`POST ${APPLICATIONS}`]],
  );
  const [, secret, patch] = sequences[0] ?? [];
  assert.match(secret?.body ?? '', /"uid":"@uid@"/);
  assert.match(patch?.body ?? '', /"uid":"@uid@","resourceVersion":"@version@"/);
  assert.equal(patch?.contentType, 'application/apply-patch+yaml');
});

test('what cannot be sent again as it was is refused', () => {
  assert.throws(() => recorded([audited(1, 2, { verb: 'delete' })]), /cannot be sent again/);
  assert.throws(() => recorded([audited(1, 2, { verb: 'patch' })]), /is no apply/);
  assert.throws(() => recorded([audited(1, 2, { resource: 'secrets' })]), /is no Application's/);
});
