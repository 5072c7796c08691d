import assert from 'node:assert/strict';
import { after, afterEach, before, suite, test } from 'node:test';
import { systemClock } from '#common/clock.ts';
import { fetchConfiguration, signCertificateSigningRequest } from '#common/compass/connector.ts';
import { wholeItem } from '#common/compass/director-item.ts';
import { fetchApplicationsPage } from '#common/compass/director-listing.ts';
import { readPage } from '#common/compass/director-reader.ts';
import type { Endpoint, Transport } from '#common/compass/endpoint.ts';
import { joinPages } from '#common/compass/further-pages.ts';
import { readRoots } from '#common/compass/roots.ts';
import { readToken } from '#common/compass/token.ts';
import { CompassError } from '#common/errors.ts';
import { readPem } from '#common/pki/pem.ts';
import { listApplications } from '#common/sync/listing.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { pair } from './pair.ts';

suite('what Compass answers has an end', () => {
  let simulator: Simulator;
  let transport: Transport;
  let endpoint: Endpoint;

  before(async () => {
    simulator = await startSimulator({ switches: { rateLimitPerMinute: 0 } });
    transport = { extraRoots: [simulator.caPem] };
    endpoint = { url: simulator.urls.connector, target: 'connector', runtimeId: simulator.runtimeId };
  });
  after(() => simulator.close());
  afterEach(() => simulator.faults.clear());

  const long = 'x'.repeat(17 * 1024);
  const ask = () => fetchConfiguration(endpoint, transport, readToken(simulator.requestToken().token).token);

  test('a token that no Secret could hold is no answer', async () => {
    simulator.faults.add({ operation: 'configuration', set: { '/data/configuration/token/token': long } });
    await assert.rejects(ask(), { reason: 'InvalidAnswer', message: /: token is longer than 16384 char/ });
  });

  test('a subject or a URL that no Secret could hold is cut, and the token beside it is kept', async () => {
    simulator.faults.add({
      operation: 'configuration',
      set: {
        '/data/configuration/certificateSigningRequestInfo/subject': long,
        '/data/configuration/managementPlaneInfo/directorURL': long,
        '/data/configuration/managementPlaneInfo/certificateSecuredConnectorURL': long,
      },
    });
    const { token, subject, directorUrl, certificateSecuredConnectorUrl } = await ask();
    assert.ok(token);
    for (const text of [subject, directorUrl, certificateSecuredConnectorUrl]) assert.equal(text?.length, 12 * 1024);
  });

  test('a certificate that no Secret could hold is no answer', async () => {
    const { connector, transport: paired } = await pair(simulator);
    const chain = Buffer.from(`-----BEGIN X-----${'x'.repeat(300 * 1024)}`).toString('base64');
    simulator.faults.add({
      operation: 'signCertificateSigningRequest',
      when: 'beforeConsumption',
      body: {
        data: {
          signCertificateSigningRequest: { clientCertificate: chain, certificateChain: chain, caCertificate: chain },
        },
      },
    });
    await assert.rejects(signCertificateSigningRequest(connector, paired, 'csr'), {
      reason: 'InvalidAnswer',
      message: /clientCertificate is longer than 262144/,
    });
  });

  test('headers without an end are no answer', async () => {
    const { director, transport: paired, runtimeId } = await pair(simulator);
    simulator.faults.add({ target: 'director', status: 200, body: {}, headers: { 'x-long': 'canary'.repeat(5_000) } });
    await assert.rejects(fetchApplicationsPage(director, paired, { runtimeId }), (error: Error) => {
      assert.match(error.message, /HPE_HEADER_OVERFLOW/);
      assert.doesNotMatch(error.message, /canary/);
      return error instanceof CompassError;
    });
  });

  test('a hundred thousand errors are read as quickly as a thousand', async () => {
    const { director, transport: paired, runtimeId } = await pair(simulator);
    const errors = Array.from({ length: 100_000 }, () => ({ message: 'no' }));
    simulator.faults.add({ target: 'director', body: { errors } });
    const startedMs = performance.now();
    await assert.rejects(fetchApplicationsPage(director, paired, { runtimeId }), { reason: 'CompassFailed' });
    assert.ok(performance.now() - startedMs < 5_000);
  });
});

const page = (data: readonly unknown[], endCursor?: string) => ({
  data,
  totalCount: data.length,
  pageInfo: { hasNextPage: endCursor !== undefined, endCursor },
});

test('a page with more than anybody asks for cannot be read', () => {
  assert.equal(readPage(page(Array(1_000).fill({})), 'bundles').items.length, 1_000);
  assert.throws(() => readPage(page(Array(1_001).fill({})), 'bundles'), /bundles.data has more than 1000 items/);
});

test('pages in a circle, and pages without an end, are given up', async () => {
  let asked = 0;
  const one = { items: [{ id: 'a' }], totalCount: 1, next: 'x' };
  const read = (value: unknown) => value as { id: string };
  const circle = () => {
    asked += 1;
    return Promise.resolve({ ...one, next: `x${asked % 2}` });
  };
  await assert.rejects(joinPages(one, 'bundles', read, circle), /a page of bundles has nothing new/);
  const endless = () => {
    asked += 1;
    const items = Array.from({ length: 100 }, (_, at) => ({ id: `${asked}-${at}` }));
    return Promise.resolve({ ...one, items, next: `${asked}` });
  };
  await assert.rejects(joinPages(one, 'bundles', read, endless), /bundles are more than 10000/);
});

test('a listing without an end is given up, and nothing is concluded from it', async () => {
  let count = 0;
  const next = () => {
    count += 1;
    return { totalCount: 1, next: `${count}` };
  };
  const source = {
    fetchPage: () =>
      Promise.resolve({
        ...next(),
        items: [wholeItem({ id: `${count}`, reason: 'InvalidApplication', message: '' })],
        bytes: 0,
      }),
    fetchHead: () => Promise.resolve(next()),
  };
  const listing = listApplications(source, systemClock);
  let result = await listing.next();
  while (!result.done) result = await listing.next();
  assert.equal(result.value.complete, false);
  assert.match(result.value.error?.message ?? '', /the listing has no end after 20000 pages/);
});

test('of a hundred thousand PEM blocks some thousands are read', () => {
  const block = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  const startedMs = performance.now();
  assert.equal(readPem(block.repeat(100_000)).unreadable, 2_000);
  const { roots, problems } = readRoots(block.repeat(100_000));
  assert.deepEqual([roots.length, problems.at(-1)], [0, 'only the first 2000 of 100000 certificates are read']);
  assert.ok(performance.now() - startedMs < 5_000);
});
