import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import { readStored } from '#common/pki/certificate.ts';
import { type Applicant, issue } from '../../../sidecar/connection/issue.ts';
import type { IssuedJournal, Journal } from '../../../sidecar/connection/journal.ts';
import { freshState } from '../../../sidecar/connection/state.ts';
import { breakable, CONFIGURATION, commonNameOf, isA, MINUTE_MS, SIGNING, startIssue } from './issue-world.ts';

const SUBJECT = '/data/configuration/certificateSigningRequestInfo/subject';
const DIRECTOR_URL = '/data/configuration/managementPlaneInfo/directorURL';
const CONNECTOR_URL = '/data/configuration/managementPlaneInfo/certificateSecuredConnectorURL';

test('while the Connector is asked, the step says by what', async (t) => {
  const { context, applicant, prepared, said } = await startIssue(t);
  const asked = new Set<string>();
  context.steps.onChange = () => asked.add(said('configuration'));
  await issue(context, applicant, prepared);
  assert.ok(asked.delete('asking the Connector with the one-time token'));
  const { token: _, ...renewal } = applicant;
  await context.journal.remove();
  const { tokenHash: __, ...begun } = prepared;
  await assert.rejects(issue(context, { ...renewal, purpose: 'renew' }, { ...begun, purpose: 'renew' }));
  assert.ok(asked.has('asking the Connector with the present certificate'));
  assert.ok(!asked.has('asking the Connector with the one-time token'));
});

test('a pairing makes a key of its own, and writes down each phase before the next', async (t) => {
  const { context, applicant, way, clock, clientId, shown, said, simulator } = await startIssue(t);
  await context.state.write({ ...freshState(), epoch: 4 });
  const issued = await issue(context, applicant);
  assert.equal(commonNameOf(issued), clientId);
  assert.deepEqual(
    way.writes.map(({ phase }) => phase),
    ['prepared', 'configured', 'issued'],
  );
  for (const { purpose, startedAt, key, tokenHash, holder, epoch } of way.writes) {
    assert.deepEqual([purpose, startedAt, key.reveal()], ['pair', clock.now(), issued.key.reveal()]);
    assert.deepEqual([tokenHash, holder, epoch], [applicant.token?.hash, context.config.podName, 4]);
  }
  assert.equal(context.journal.value, issued);
  assert.deepEqual(issued.urls, { connector: simulator.urls.connectorMtls, director: simulator.urls.director });
  assert.match(issued.ca, /BEGIN CERTIFICATE/);
  assert.deepEqual(shown(), ['key ok', 'configuration ok', 'sign ok']);
  assert.match(said('key'), /^RSA 2048 generated here/);
  assert.match(said('configuration'), new RegExp(`^subject .*${clientId}`));
  assert.match(said('sign'), /^valid .*, keyed fingerprint [0-9a-f]{32}$/);
});

test('a pair that is there already is not asked for again', async (t) => {
  const { context, applicant, prepared, count, shown } = await startIssue(t);
  const urls = { connector: 'https://c/', director: 'https://d/' };
  const begun: IssuedJournal = { ...prepared, phase: 'issued', urls, leaf: 'l', chain: 'c', ca: 'a' };
  assert.equal(await issue(context, applicant, begun), begun);
  assert.deepEqual([count(CONFIGURATION), count(SIGNING), shown()], [0, 0, ['key ok']]);
});

for (const [what, agoMs, asked] of [
  ['signs as it is until it is 45 minutes old', 45 * MINUTE_MS - 1, 0],
  ['of this moment signs as it is', 0, 0],
  ['that is 45 minutes old is exchanged for a fresh one before it signs', 45 * MINUTE_MS, 1],
  ['that is of a time to come, by a clock that was set, is exchanged as well', -1, 1],
] as const) {
  test(`a second token ${what}`, async (t) => {
    const { context, applicant, configured, count } = await startIssue(t);
    const issued = await issue(context, applicant, await configured(agoMs));
    assert.equal(count(CONFIGURATION), 1 + asked);
    assert.deepEqual([issued.startedAt, issued.tokenHash], [1, applicant.token?.hash]);
  });
}

test('what the Connector said is judged before the second token is spent, and asked for anew once it is mended', async (t) => {
  const { context, applicant, prepared, simulator, count } = await startIssue(t);
  let journal: Journal = prepared;
  for (const [set, reason, message] of [
    [{ [SUBJECT]: '' }, 'InvalidAnswer', /the Connector named no subject/],
    [{ [SUBJECT]: 'no subject' }, 'InvalidSubject', /./],
    [{ [DIRECTOR_URL]: 'https://attacker.example/graphql' }, 'UntrustedUrl', /attacker\.example/],
    [{ [CONNECTOR_URL]: 'https://attacker.example/graphql' }, 'UntrustedUrl', /attacker\.example/],
    [{ [DIRECTOR_URL]: '' }, 'InvalidAnswer', /the Connector named no directorURL/],
    [{ [CONNECTOR_URL]: '' }, 'InvalidAnswer', /the Connector named no certificateSecuredConnectorURL/],
  ] as const) {
    const asked = count(CONFIGURATION);
    const fault = simulator.faults.add({ operation: CONFIGURATION, set });
    await assert.rejects(issue(context, applicant, journal), isA(reason, message));
    simulator.faults.remove(fault);
    assert.deepEqual([count(CONFIGURATION), count(SIGNING)], [asked + 1, 0]);
    assert.equal(context.journal.value?.phase, 'configured');
    journal = context.journal.value;
  }
  await issue(context, applicant, journal);
  assert.deepEqual([count(CONFIGURATION), count(SIGNING)], [7, 1]);
});

test('a renewal is for whom the certificate is, stands on the URLs in use, and needs no token and no mirror', async (t) => {
  const { context, applicant, simulator, clientId, count, folder, way } = await startIssue(t);
  const first = await issue(context, applicant);
  const credential = readStored({ crt: first.leaf, key: first.key.reveal(), crtChain: first.chain }, Date.now());
  await context.journal.remove();
  way.writes = [];
  const renewing: Applicant = {
    ...{ purpose: 'renew', connectorUrl: applicant.connectorUrl, presentUrls: first.urls, commonName: clientId },
    endpoint: { url: first.urls.connector, target: 'connector-mtls', credential, runtimeId: simulator.runtimeId },
  };
  const remove = [DIRECTOR_URL, CONNECTOR_URL];
  simulator.faults.add({ target: 'connectorMtls', operation: CONFIGURATION, remove });
  const { urls, ...renewed } = await issue(context, renewing);
  assert.deepEqual([urls, renewed.purpose, 'tokenHash' in renewed], [first.urls, 'renew', false]);
  assert.deepEqual(
    way.writes.map((journal) => ['secondToken' in journal, 'tokenHash' in journal]),
    [
      [false, false],
      [false, false],
      [false, false],
    ],
  );
  const signed = count(SIGNING);
  const other = { ...context, journal: breakable().journal };
  const another = issue(other, { ...renewing, commonName: 'somebody-else' });
  await assert.rejects(
    another,
    isA('InvalidSubject', /is that of .*, and the present certificate is that of "somebody-else"/),
  );
  assert.equal(count(SIGNING), signed);
  const broken = breakable();
  broken.way.failing = [new CompassError('ClusterUnreachable', 'no way there')];
  await assert.rejects(issue({ ...context, journal: broken.journal }, renewing), isA('ClusterUnreachable'));
  assert.deepEqual(await readdir(folder), []);
});
test('a certificate is shown by how long it is valid where there is no key for fingerprints', async (t) => {
  const { context, applicant, prepared, said, simulator } = await startIssue(t);
  simulator.switches.certificateLifetimeSeconds = 30 * 24 * 3_600;
  await issue(context, applicant, prepared);
  assert.match(said('key'), /of the try before, whose journal says prepared/);
  assert.match(said('sign'), /^valid (?:30d|720h)\S*$/);
});
