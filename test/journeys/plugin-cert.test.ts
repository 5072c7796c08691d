import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { runHere, runPlugin } from '../plugin/run-plugin.ts';
import { CLIENT, startWorld } from './world.ts';

test('the certificate of a cluster: shown, checked, renewed until the new one is in use, and revoked', async (t) => {
  const world = await startWorld(t);
  await world.configure();
  world.start({ APP_CONTROLLER_SYNC_PERIOD: '1h' });
  await world.reaches('Synchronized');
  const env = { KUBECONFIG: world.cluster.kubeconfigPath };
  const stored = async () => new X509Certificate((await world.secret(CLIENT.namespace, CLIENT.name))?.['crt'] ?? '');

  const before = (await stored()).fingerprint256;
  const shown = await runHere(['cert', 'show'], env);
  assert.equal(shown.code, 0, shown.stdout);
  assert.match(shown.stdout, new RegExp(`^SHA-256 +- +${before} +same as stored$`, 'm'));
  assert.equal((await runHere(['cert', 'check', '--survive', '60h'], env)).code, 0);

  const idle = await runHere(['cert', 'renew', '--detailed-exitcode'], env);
  assert.equal(idle.code, 9);
  const dry = await runHere(['cert', 'renew', '--dry-run=server'], env);
  assert.match(dry.stdout, /would be asked for a renewal \(server dry run\)/);
  assert.equal(world.simulator.certificates.list().length, 1);

  const renewed = await runPlugin(['cert', 'renew'], env);
  assert.equal(renewed.code, 0, renewed.stderr);
  assert.match(
    renewed.stdout,
    /^the certificate of compass-connection was renewed with a new key, and is in use, valid 90d$/m,
  );
  for (const step of ['request', 'configuration', 'key', 'sign', 'prove', 'store']) {
    assert.match(renewed.stderr, new RegExp(`^✔ ${step} `, 'm'), renewed.stderr);
  }
  const after = (await stored()).fingerprint256;
  assert.notEqual(after, before);
  assert.equal(world.simulator.certificates.list().length, 2, 'request and flag are one renewal');
  assert.equal((await world.connection()).spec.refreshCredentialsNow ?? false, false);

  const asked = await runHere(['cert', 'revoke'], env);
  assert.equal(asked.code, 7);
  assert.match(asked.stderr, /its Applications stay/);
  const revoked = await runHere(['cert', 'revoke', '--yes', '-o', 'json'], env);
  assert.equal(revoked.code, 0, revoked.stderr);
  assert.equal(JSON.parse(revoked.stdout).verdict.status, 'Revoked');
  const issued = world.simulator.certificates.list();
  assert.equal(issued.filter(({ revoked: isRevoked }) => isRevoked).length, 1);
  await world.reaches('ConnectionFailed');
});

test('a renewal that Compass does not answer is exit code 5 with the cause, and one that takes too long is 124', async (t) => {
  const world = await startWorld(t);
  await world.configure();
  world.start({ APP_CONTROLLER_SYNC_PERIOD: '1h' });
  await world.reaches('Synchronized');
  const env = { KUBECONFIG: world.cluster.kubeconfigPath };
  world.simulator.faults.add({ operation: 'signCertificateSigningRequest', delayMs: 1_500, status: 503 });
  const late = await runHere(['cert', 'renew', '--timeout', '1s'], env);
  assert.equal(late.code, 124, late.stderr);
  assert.match(late.stderr, /timed out after 1s, waiting for the sidecar to (finish|accept) renew /);
  const failed = await runHere(['cert', 'renew', '--timeout', '30s', '-o', 'json'], env);
  assert.equal(failed.code, 5, failed.stderr);
  assert.equal(JSON.parse(failed.stdout).error.reason, 'CompassUnavailable');
});
