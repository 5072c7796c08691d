import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { until } from '../../cluster/until.ts';
import { CA, CLIENT, CONNECTION } from '../../journeys/world.ts';
import { clientSecret, renew, synchronized } from '../cluster/steps.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';
import { fails, failsToKeepUp, newTokenPairs } from './steps.ts';

const SIGN = 'signCertificateSigningRequest';
const DAY_S = 24 * 3_600;

async function pairIsStored(world: FaultWorld): Promise<boolean> {
  return (await world.secret(CLIENT.namespace, CLIENT.name))?.['crt'] !== undefined;
}

row(
  'C16',
  'a certificate of no use at the pairing is not stored, and TokenRequired says that it cost the token',
  async (world) => {
    const { faults } = world.simulator;
    const chain = Buffer.from('-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n').toString('base64');
    faults.add({ operation: SIGN, times: 1, set: { [`/data/${SIGN}/certificateChain`]: chain } });
    world.here();
    await world.configure();
    await fails(world, 'TokenRequired', /certificateChain holds no certificate.*the token is spent/);
    assert.equal(await pairIsStored(world), false);
    await newTokenPairs(world);
  },
);

row(
  ['C18', 'X6'],
  'a certificate of a hundred years is taken with a warning, one that has expired refused, one of five minutes renewed at its middle',
  async (world) => {
    const { simulator } = world;
    await synchronized(world);
    await world.says(/"warning":"it is valid until 21\d\d-[^"]*, unusually long"/);
    const listed = world.count('director', 'applicationsForRuntime');
    await until('time has passed', () =>
      Promise.resolve(world.count('director', 'applicationsForRuntime') > listed + 1),
    );
    assert.equal(simulator.certificates.list().length, 1);
    const before = await clientSecret(world);
    Object.assign(simulator.switches, { certificateLifetimeSeconds: 60, certificateOffsetSeconds: -3_600 });
    await world.cluster.cluster.mergePatch(CONNECTION, { spec: { refreshCredentialsNow: true } });
    await failsToKeepUp(world, 'InvalidCertificate', /it has expired since 20/);
    assert.deepEqual(await clientSecret(world), before);
    Object.assign(simulator.switches, { certificateLifetimeSeconds: 300, certificateOffsetSeconds: 0 });
    await world.reaches('Synchronized', ({ spec }) => spec.refreshCredentialsNow === false);
    assert.notDeepEqual(await clientSecret(world), before);
    const { renewAt = '', notBefore = '' } = await until('the report shows the new one', async () => {
      const { identity } = await world.report();
      return identity?.notAfter !== undefined && Date.parse(identity.notAfter) < Date.now() + 400_000 && identity;
    });
    const part = (Date.parse(renewAt) - Date.parse(notBefore)) / 300_000;
    assert.ok(part >= 0.39 && part <= 0.61, `it is renewed after ${part} of its life`);
  },
  { simulator: { switches: { certificateLifetimeSeconds: 100 * 365 * DAY_S } } },
);

row(
  'C18',
  'a certificate whose time begins later is held until a call shows that Compass takes it',
  async (world) => {
    world.here();
    await world.configure();
    // Node's server resets the connection of one who comes too early.
    await fails(world, 'CompassUnreachable');
    assert.equal(await pairIsStored(world), false);
    await world.reaches('Synchronized');
    assert.equal(await pairIsStored(world), true);
    assert.equal(world.count('connector', SIGN), 1);
    assert.match(world.output(), /it is not valid before 20/);
  },
  { simulator: { switches: { certificateOffsetSeconds: 8 } } },
);

row('C25', 'a new CA of the Connector is stored before the pair that it signed, beside the old one', async (world) => {
  await synchronized(world);
  const { simulator } = world;
  const roots = async () => (await world.secret(CA.namespace, CA.name))?.['cacert'] ?? '';
  const old = await roots();
  await simulator.rotateClientAuthority({ keepOld: true });
  // The old chain is still accepted.
  const listed = world.count('director', 'applicationsForRuntime');
  await until('it is listed', () => Promise.resolve(world.count('director', 'applicationsForRuntime') > listed));
  const { crt, crtChain } = await renew(world);
  await world.reaches('Synchronized');
  const issuing = new X509Certificate(crtChain.slice(crt.trim().length));
  assert.ok(new X509Certificate(crt).checkIssued(issuing));
  const both = await roots();
  for (const pem of [old, issuing.toString()]) assert.ok(both.includes(pem.trim()));
  const { secrets } = world.witness;
  const firstWith = (name: string, key: string, text: string) =>
    secrets.findIndex(
      ({ object: { metadata, data } }) =>
        metadata.name === name &&
        Buffer.from(data?.[key] ?? '', 'base64')
          .toString()
          .includes(text),
    );
  const [caAt, pairAt] = [firstWith(CA.name, 'cacert', issuing.toString().trim()), firstWith(CLIENT.name, 'crt', crt)];
  assert.ok(caAt >= 0 && pairAt >= 0 && caAt < pairAt, `roots as version ${caAt}, the pair as version ${pairAt}`);
  simulator.landscape.createApplication({ name: 'invoices' });
  await until('the new chain is accepted', async () => (await world.report()).applications?.listed === 2);
});
