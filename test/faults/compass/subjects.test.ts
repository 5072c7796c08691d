import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { until } from '../../cluster/until.ts';
import { CLIENT, CONNECTION } from '../../journeys/world.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';
import { fails, failsToKeepUp } from './steps.ts';

const SUBJECT = '/data/configuration/certificateSigningRequestInfo/subject';

/** What no certificate can be asked for with. */
const REFUSED: readonly [subject: string, why: RegExp][] = [
  [' ', /the Connector named no subject/],
  ['Sample Organization', /does not begin with an attribute/],
  ['O=Org,OU=Unit', /has no CN/],
  ['O=Org,CN= ', /has no CN/],
  ['CN=one,CN=two', /more than one CN/],
  ['O=a\u0007b,CN=id', /control character/],
  [`O=${'x'.repeat(11_000)},CN=id`, /longer than 10240 characters/],
];

row(
  'C14',
  'a subject that cannot be read is refused before the second token is used, and pairs when it is mended',
  async (world) => {
    const { faults } = world.simulator;
    world.here();
    for (const [subject, why] of REFUSED) {
      faults.clear();
      faults.add({ operation: 'configuration', set: { [SUBJECT]: subject } });
      await world.configure();
      await fails(world, subject.trim() === '' ? 'InvalidAnswer' : 'InvalidSubject', why);
    }
    assert.equal(world.count('connector', 'signCertificateSigningRequest'), 0);
    faults.clear();
    await world.configure();
    await world.reaches('Synchronized');
    assert.equal(world.count('connector', 'signCertificateSigningRequest'), 1);
  },
);

const UNUSUAL = { O: 'Acme, Inc. = Söhne 株式会社', OU: 'A/B', L: 'a=b', ST: 'St. Élie', C: 'DE' };

row(
  'C14',
  'a subject with commas, equals signs and UTF-8 in its values, in another order, is asked for as it is',
  async (world) => {
    world.here();
    await world.configure();
    await world.reaches('Synchronized');
    const subject = await subjectOf(world);
    for (const [key, value] of Object.entries(UNUSUAL)) assert.equal(subject[key], value);
  },
  { simulator: { switches: { subjectValues: UNUSUAL, subjectOrder: ['CN', 'C', 'L', 'ST', 'OU', 'O'] } } },
);

row('C15', 'a common name of any form is recorded, and a renewal for another is refused', async (world) => {
  const { simulator } = world;
  world.here();
  await world.configure();
  await world.reaches('Synchronized');
  const commonName = await until('the report names it', async () => (await world.report()).identity?.commonName);
  assert.equal(commonName, (await subjectOf(world))['CN']);
  const before = await world.secret(CLIENT.namespace, CLIENT.name);
  simulator.faults.add({ operation: 'configuration', set: { [SUBJECT]: 'O=Org,CN=somebody else' } });
  await world.cluster.cluster.mergePatch(CONNECTION, { spec: { refreshCredentialsNow: true } });
  await failsToKeepUp(world, 'InvalidSubject', /that of "somebody else", and the present certificate is that of/);
  assert.equal(world.count('connectorMtls', 'signCertificateSigningRequest'), 0);
  assert.deepEqual(await world.secret(CLIENT.namespace, CLIENT.name), before);
  simulator.faults.clear();
  await until('it is renewed for the same one', () => Promise.resolve(simulator.certificates.list().length === 2));
  await world.reaches('Synchronized');
  assert.equal((await subjectOf(world))['CN'], commonName);
});

async function subjectOf(world: FaultWorld): Promise<Readonly<Record<string, unknown>>> {
  const { crt = '' } = (await world.secret(CLIENT.namespace, CLIENT.name)) ?? {};
  return { ...new X509Certificate(crt).toLegacyObject().subject };
}
