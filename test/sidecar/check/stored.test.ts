import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { checkStored } from '../../../sidecar/check/identity.ts';
import { readConfig } from '../../../sidecar/config.ts';
import type { ConnectionResult } from '../../../sidecar/connection/connection-result.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { issue, issueRoot } from '../../common/pki/authority.ts';
import { ManualClock } from '../manual-clock.ts';

const { config } = readConfig({ POD_NAMESPACE: 'compass-system' });
const HOUR = 3_600_000;

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** A cluster with a pair of one day in it, half of it gone, and the check of what is stored, so many hours from now. */
async function withPair(t: TestContext) {
  const { cluster } = await startTestCluster(t);
  const now = Date.now();
  const root = await issueRoot('Compass');
  const leaf = await issue({
    subject: 'CN=runtime',
    issuer: root,
    notBefore: now - 12 * HOUR,
    notAfter: now + 12 * HOUR,
  });
  const put = async (where: { namespace: string; name: string }, data: Secret['data'] = {}) => {
    const { namespace } = where;
    await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await cluster.create<Secret>(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata: where, data });
  };
  await put(config.caSecret, { cacert: base64(root.pem) });
  await put(config.clientSecret, {
    crt: base64(leaf.pem),
    key: base64(leaf.keyPem),
    crtChain: base64(leaf.pem + root.pem),
  });
  const missing = new CompassError('ConfigurationMissing', 'no configuration');
  return async (hours: number, result: Partial<ConnectionResult> = {}) => {
    const clock = new ManualClock(now + hours * HOUR);
    const whole = { renewAt: now + HOUR, ...result } as ConnectionResult;
    const pass = { configuration: missing, connection: undefined, result: whole };
    const findings = await checkStored({ cluster, config, clock }, pass);
    return Object.fromEntries(findings.map(({ name, status, reason, cause }) => [name, { status, reason, cause }]));
  };
}

test('what is stored is judged by its own dates, and says why it was not renewed', async (t) => {
  const check = await withPair(t);
  const good = await check(0);
  assert.deepEqual([good['key']?.status, good['chain']?.status, good['validity']?.status], ['ok', 'ok', 'ok']);
  assert.equal(good['configuration']?.reason, 'ConfigurationMissing');
  const overdue = await check(3, { error: new CompassError('CompassThrottled', 'HTTP 429') });
  assert.deepEqual(overdue['validity'], { status: 'warning', reason: 'RenewalOverdue', cause: 'HTTP 429' });
  const expired = await check(13);
  assert.deepEqual([expired['key']?.status, expired['validity']?.reason], ['ok', 'CertificateExpired']);
});

test('without a certificate that is what is missing', async (t) => {
  const { cluster } = await startTestCluster(t);
  const pass = {
    configuration: new CompassError('ConfigurationMissing', 'no configuration'),
    connection: undefined,
    result: {} as ConnectionResult,
  };
  const findings = await checkStored({ cluster, config, clock: new ManualClock() }, pass);
  assert.deepEqual(
    findings.map(({ reason }) => reason),
    ['ConfigurationMissing', 'TokenRequired'],
  );
});
