import assert from 'node:assert/strict';
import { after, afterEach, before, suite, test } from 'node:test';
import { inspect } from 'node:util';
import {
  fetchConfiguration,
  probe,
  revokeCertificate,
  signCertificateSigningRequest,
} from '#common/compass/connector.ts';
import { fetchRuntime } from '#common/compass/director.ts';
import type { Endpoint, Transport } from '#common/compass/endpoint.ts';
import { readToken } from '#common/compass/token.ts';
import { buildCsr } from '#common/pki/csr.ts';
import { parseSubject } from '#common/pki/subject.ts';
import { Sensitive } from '#common/sensitive.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { sharedRsaKey } from '../pki/authority.ts';
import { pair } from './pair.ts';

suite('the Connector', () => {
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

  function freshToken(): Sensitive {
    return readToken(simulator.requestToken().token).token;
  }

  test('tells the subject, the second token and where Compass is', async () => {
    const configuration = await fetchConfiguration(endpoint, transport, freshToken());
    assert.match(configuration.subject, /CN=[0-9a-f-]{36}/);
    assert.equal(configuration.keyAlgorithm, 'rsa2048');
    assert.equal(configuration.directorUrl, simulator.urls.director);
    assert.equal(configuration.certificateSecuredConnectorUrl, simulator.urls.connectorMtls);
    assert.ok((configuration.token?.reveal().length ?? 0) > 20);
    assert.equal(inspect(configuration).includes(configuration.token?.reveal() ?? ''), false);
  });

  test('signs, renews by certificate, and lets a certificate revoke itself', async () => {
    const paired = await pair(simulator);
    const configuration = await fetchConfiguration(paired.connector, paired.transport);
    const { pem } = await sharedRsaKey();
    const csr = await buildCsr(new Sensitive(pem), parseSubject(configuration.subject));
    const signed = await signCertificateSigningRequest(paired.connector, paired.transport, csr);
    for (const text of Object.values(signed)) assert.match(text, /^-----BEGIN CERTIFICATE-----/);
    assert.equal(await revokeCertificate(paired.connector, paired.transport), true);
    const byDirector = fetchRuntime(paired.director, paired.transport, paired.runtimeId);
    await assert.rejects(byDirector, { reason: 'Rejected' });
    await assert.rejects(fetchConfiguration(paired.connector, paired.transport), { reason: 'Rejected' });
  });

  test('C13: a token that is used, unknown or expired is TokenRefused, in both ways of refusing', async () => {
    for (const connectorRefusal of ['graphql', 'http400'] as const) {
      simulator.switches.connectorRefusal = connectorRefusal;
      const used = freshToken();
      await fetchConfiguration(endpoint, transport, used);
      const expired = freshToken();
      simulator.identities.expireTokensOf(simulator.runtimeId);
      for (const token of [used, new Sensitive('unknown'), expired]) {
        await assert.rejects(fetchConfiguration(endpoint, transport, token), { reason: 'TokenRefused' });
      }
    }
    simulator.switches.connectorRefusal = 'graphql';
  });

  test('a probe spends nothing and needs no identity', async () => {
    const token = freshToken();
    await probe(endpoint, transport);
    await fetchConfiguration(endpoint, transport, token);
  });

  const missing: [pointer: string, field: RegExp][] = [
    ['/data/configuration/token', /there is no token in the answer/],
    ['/data/configuration/token/token', /there is no token in the answer/],
    ['/data/configuration', /there is no configuration/],
  ];
  for (const [pointer, field] of missing) {
    test(`C10: an answer without ${pointer} is InvalidAnswer, and names it`, async () => {
      for (const fault of [{ remove: [pointer] }, { set: { [pointer]: null } }, { set: { [pointer]: 7 } }]) {
        simulator.faults.clear();
        simulator.faults.add({ operation: 'configuration', ...fault });
        await assert.rejects(fetchConfiguration(endpoint, transport, freshToken()), {
          reason: 'InvalidAnswer',
          message: field,
          maybeDone: true,
        });
      }
    });
  }

  test('C10: what is not named is left out, and the token beside it is kept', async () => {
    for (const set of [
      { '/data/configuration/managementPlaneInfo': null, '/data/configuration/certificateSigningRequestInfo': null },
      { '/data/configuration/managementPlaneInfo': 7, '/data/configuration/certificateSigningRequestInfo': [] },
      {
        '/data/configuration/managementPlaneInfo': { directorURL: null, certificateSecuredConnectorURL: '' },
        '/data/configuration/certificateSigningRequestInfo': { subject: {}, keyAlgorithm: 7 },
      },
    ]) {
      simulator.faults.clear();
      simulator.faults.add({ operation: 'configuration', set });
      const { token, ...rest } = await fetchConfiguration(endpoint, transport, freshToken());
      assert.ok(token);
      assert.deepEqual(rest, { subject: '', keyAlgorithm: 'rsa2048' });
    }
  });

  suite('C16: the certificates in the answer', () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    let connector: Endpoint;
    let csr: string;

    before(async () => {
      connector = (await pair(simulator)).connector;
      const { subject } = await fetchConfiguration(connector, transport);
      csr = await buildCsr(new Sensitive((await sharedRsaKey()).pem), parseSubject(subject));
    });

    for (const value of ['', '!!!', base64('no PEM'), '-----BEGIN CERTIFICATE-----', null]) {
      test(`of ${JSON.stringify(value)} are InvalidAnswer, and the field is named`, async () => {
        for (const field of ['clientCertificate', 'certificateChain', 'caCertificate']) {
          simulator.faults.clear();
          simulator.faults.add({ set: { [`/data/signCertificateSigningRequest/${field}`]: value } });
          const signing = signCertificateSigningRequest(connector, transport, csr);
          await assert.rejects(signing, { reason: 'InvalidAnswer', message: new RegExp(field) });
        }
      });
    }

    test('are read from base64 in lines', async () => {
      const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
      const lines = base64(pem).replace(/.{20}/g, '$&\r\n');
      simulator.faults.add({ set: { '/data/signCertificateSigningRequest/caCertificate': lines } });
      assert.equal((await signCertificateSigningRequest(connector, transport, csr)).caCertificate, pem);
    });
  });
});
