import assert from 'node:assert/strict';
import { after, afterEach, before, suite, test } from 'node:test';
import { checkClock } from '#common/checks/clock.ts';
import type { Finding } from '#common/checks/finding.ts';
import { checkIdentity, checkReach } from '#common/checks/way.ts';
import type { Endpoint } from '#common/compass/endpoint.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Paired, pair } from '../compass/pair.ts';

/** Loopback's first port, where nothing listens. */
const NOBODY = 'https://127.0.0.1:1/connector/graphql';

function said({ status, reason, facts }: Finding): readonly (string | undefined)[] {
  return [status, reason, facts?.['failedAt']];
}

suite('the way to Compass', () => {
  let simulator: Simulator;
  let paired: Paired;
  let byToken: Endpoint;

  before(async () => {
    simulator = await startSimulator({ switches: { rateLimitPerMinute: 0 } });
    paired = await pair(simulator);
    byToken = { url: simulator.urls.connector, target: 'connector' };
  });
  after(() => simulator.close());
  afterEach(async () => {
    simulator.faults.clear();
    simulator.switches.dateSkewSeconds = 0;
    simulator.switches.handshakeAlert = null;
    await simulator.showServerCertificate('valid');
  });

  const reach = (endpoint: Endpoint, changes: object = {}) =>
    checkReach(endpoint, { transport: { ...paired.transport, ...changes }, timeoutMs: 5_000 });

  test('that is open says how it is, and leaves nothing behind', async () => {
    simulator.requests.clear();
    const finding = await reach(byToken);
    assert.deepEqual(said(finding), ['ok', undefined, undefined]);
    const { facts = {} } = finding;
    assert.match(facts['tlsVersion'] ?? '', /^TLSv1\.[23]$/);
    assert.match(facts['issuer'] ?? '', /Compass Simulator/);
    assert.equal(facts['addresses'], '127.0.0.1');
    assert.ok(Number(facts['latencyMs']) >= Number(facts['connectMs']), JSON.stringify(facts));
    const [request, ...more] = simulator.requests.list();
    assert.deepEqual(request?.rootFields, ['__typename']);
    assert.equal(request.tokenHash, null);
    assert.equal(more.length, 0);
  });

  test('to a door that wants a certificate is good as far as it goes without one', async () => {
    const { credential: _, ...stranger } = paired.director;
    const finding = await reach(stranger);
    assert.deepEqual(said(finding), ['ok', undefined, undefined]);
    assert.equal(finding.facts?.['clientCertificate'], 'required');
    simulator.switches.handshakeAlert = 45;
    assert.equal((await reach(stranger)).facts?.['clientCertificate'], 'required');
  });

  test('with a certificate goes all the way', async () => {
    const finding = await reach(paired.connector);
    assert.equal(finding.facts?.['httpStatus'], '200');
    assert.equal(finding.facts['clientCertificate'], undefined);
  });

  const ways: readonly [name: string, endpoint: () => Endpoint, changes: object, expected: readonly string[]][] = [
    [
      'a name that does not exist',
      () => ({ ...byToken, url: 'https://compass.invalid/c' }),
      {},
      ['CompassUnreachable', 'dns'],
    ],
    ['a port where nobody listens', () => ({ ...byToken, url: NOBODY }), {}, ['CompassUnreachable', 'tcp']],
    [
      'a proxy that is down',
      () => byToken,
      { proxy: { httpsProxy: 'http://127.0.0.1:1' } },
      ['CompassUnreachable', 'proxy'],
    ],
    ['a CA that is not trusted', () => byToken, { extraRoots: [] }, ['CompassUntrusted', 'tls']],
    ['no https', () => ({ ...byToken, url: 'http://localhost/c' }), {}, ['ConfigurationInvalid', 'url']],
    ['no URL', () => ({ ...byToken, url: 'compass' }), {}, ['ConfigurationInvalid', 'url']],
  ];
  for (const [name, endpoint, changes, [reason, stage]] of ways) {
    test(`${name} ends at ${stage}`, async () => {
      assert.deepEqual(said(await reach(endpoint(), changes)), ['error', reason, stage]);
    });
  }

  test('through a proxy names the proxy', async () => {
    const finding = await reach(byToken, { proxy: { httpsProxy: 'http://user:canary@127.0.0.1:1' } });
    assert.equal(finding.facts?.['proxy'], '127.0.0.1:1');
    assert.doesNotMatch(JSON.stringify(finding), /canary/);
  });

  test('to a server whose certificate has expired names its issuer', async () => {
    await simulator.showServerCertificate('expired');
    const finding = await reach(byToken);
    assert.deepEqual(said(finding), ['error', 'CompassUntrusted', 'tls']);
    assert.match(finding.message, /issued by Compass Simulator/);
  });

  const answers: readonly [name: string, fault: object, expected: readonly string[]][] = [
    ['a captive portal', { html: true, status: 200 }, ['NotCompass', 'http']],
    ['too many requests', { status: 429 }, ['CompassThrottled', 'http']],
    ['a gateway that is out of order', { status: 503 }, ['CompassUnavailable', 'http']],
    ['an answer that does not come', { delayMs: 3_000 }, ['CompassTimeout', 'http']],
  ];
  for (const [name, fault, [reason, stage]] of answers) {
    test(`${name} is told from a way that is closed`, async () => {
      simulator.faults.add({ target: 'connector', ...fault });
      const finding = await checkReach(byToken, { transport: paired.transport, timeoutMs: 700 });
      assert.deepEqual(said(finding), ['error', reason, stage]);
    });
  }

  test('says how far the clocks are apart, and the clock is judged by it', async () => {
    simulator.switches.dateSkewSeconds = 600;
    const clock = checkClock([await reach(byToken)]);
    assert.deepEqual([clock.status, clock.reason], ['warning', 'ClockSkew']);
    assert.match(clock.message, /^the clock here is (9m5\ds|10m0?s?) behind/);
    simulator.switches.dateSkewSeconds = 0;
    assert.equal(checkClock([await reach(byToken)]).status, 'ok');
    assert.equal(checkClock([]).status, 'skipped');
  });
});

suite('who we are to the Director', () => {
  let simulator: Simulator;
  let paired: Paired;

  before(async () => {
    simulator = await startSimulator({ switches: { rateLimitPerMinute: 0 } });
    paired = await pair(simulator);
  });
  after(() => simulator.close());

  const ask = (endpoint: Endpoint = paired.director, runtimeId = paired.runtimeId) =>
    checkIdentity(endpoint, runtimeId, { transport: paired.transport, timeoutMs: 5_000 });

  test('is known by the certificate', async () => {
    assert.equal((await ask()).status, 'ok');
  });

  test('another Runtime is none', async () => {
    assert.equal((await ask(paired.director, '00000000-0000-4000-8000-000000000000')).reason, 'RuntimeNotFound');
  });

  test('a wrong tenant is said to be that', async () => {
    assert.equal((await ask({ ...paired.director, tenant: 'another' })).reason, 'TenantMismatch');
  });

  test('an alert that the certificate has expired is not taken for a closed way', async () => {
    simulator.switches.handshakeAlert = 45;
    assert.deepEqual(said(await ask()), ['error', 'CertificateExpired', 'tls']);
    simulator.switches.handshakeAlert = null;
  });

  test('a certificate that was revoked is refused, although the way is open', async () => {
    simulator.revokeCertificates();
    assert.deepEqual(said(await ask()), ['error', 'Rejected', 'graphql']);
    assert.equal((await checkReach(paired.director, { transport: paired.transport })).status, 'ok');
  });
});
