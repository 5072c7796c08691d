import assert from 'node:assert/strict';
import { appendFile, writeFile } from 'node:fs/promises';
import { APPLICATION } from '#common/resources/application.ts';
import { until } from '../../cluster/until.ts';
import { eventsOf, synchronized } from '../cluster/steps.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';
import { fails, noTokenLeft, takenTokens } from './steps.ts';

const BAD_ROOT = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

row('S3', 'who answers for the Director without a trusted certificate changes nothing', async (world) => {
  const { simulator } = world;
  await synchronized(world);
  simulator.landscape.createApplication({ name: 'invoices' });
  await until('both are there', async () => (await world.report()).applications?.present === 2);
  // Another listing, from somebody else: empty, and under a certificate of his own.
  await simulator.showServerCertificate('selfSigned');
  simulator.faults.add({
    target: 'director',
    operation: 'applicationsForRuntime',
    set: { '/data/applicationsForRuntime/data': [], '/data/applicationsForRuntime/totalCount': 0 },
  });
  for (const sidecar of world.sidecars) await sidecar.stop();
  world.here();
  await world.reaches('ConnectionMaintenanceFailed', ({ status }) =>
    /^CompassUntrusted: applicationsForRuntime .*SELF_SIGNED/.test(status?.synchronizationStatus?.error ?? ''),
  );
  for (const name of ['orders', 'invoices']) await world.cluster.cluster.get({ kind: APPLICATION, name });
  simulator.faults.clear();
  await simulator.showServerCertificate('valid');
  await world.reaches('Synchronized');
});

row(
  'S3',
  'verification is off only where the setting says so, and then condition, Event and metric say it',
  async (world) => {
    await writeFile(world.caFile, '');
    const first = world.here();
    await world.configure();
    await fails(world, 'CompassUntrusted');
    noTokenLeft(world);
    await first.stop();
    const second = world.here({ APP_SKIP_COMPASS_TLS_VERIFY: 'true' });
    const { status } = await world.reaches('Synchronized');
    const condition = status?.conditions?.find(({ type }) => type === 'TLSVerificationDisabled');
    assert.equal(condition?.status, 'True');
    await until('an Event tells', async () => (await eventsOf(world, 'TLSVerificationDisabled')).length > 0);
    const started = second.lines.find(({ msg }) => msg === 'started');
    const metrics = await (await fetch(`http://127.0.0.1:${String(started?.['healthPort'])}/metrics`)).text();
    assert.match(metrics, /^compass_tls_verification_disabled 1$/m);
  },
);

async function refusesBundle(world: FaultWorld, bundle: string, problem: RegExp): Promise<void> {
  await writeFile(world.caFile, bundle);
  const sidecar = world.here();
  const token = await world.configure();
  await fails(world, 'CompassUntrusted');
  await world.says(problem);
  noTokenLeft(world);
  await sidecar.stop();
  assert.ok(token);
}

row('X15', 'a bundle of roots that is empty, or garbage, is reported, and verification stays on', async (world) => {
  const pem = world.simulator.caPem;
  for (const bundle of ['', 'garbage', '-----BEGIN CERTIFICATE-----\n']) {
    await refusesBundle(world, bundle, /there is no certificate in the bundle/);
  }
  await refusesBundle(world, BAD_ROOT, /certificate 1 of 1 cannot be read, and is left out/);
  // One that is bad among good ones is left out, and the good ones serve.
  await writeFile(world.caFile, BAD_ROOT);
  await appendFile(world.caFile, pem + BAD_ROOT);
  world.here();
  await world.configure();
  await world.reaches('Synchronized');
  await world.says(/certificate 3 of 3 cannot be read, and is left out/);
  assert.equal(takenTokens(world), 1);
});
