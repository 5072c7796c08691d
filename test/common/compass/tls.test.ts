import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ClientCredential, Endpoint, Transport } from '#common/compass/endpoint.ts';
import { call } from '#common/compass/graphql.ts';
import { CompassError } from '#common/errors.ts';
import { fingerprintOf } from '#common/pki/pem.ts';
import { Sensitive } from '#common/sensitive.ts';
import { type Issued, issue, issueRoot } from '../pki/authority.ts';
import { startOpensslServer, WITH_OPENSSL } from './openssl-server.ts';
import { always, serverAuthority, startTlsServer, type TlsServer } from './tls-server.ts';

const WHAT = { document: 'query thing { thing }', operationName: 'thing' };
const GOOD = always(200, '{"data":{"thing":1}}');
const PROGRAM = fileURLToPath(import.meta.resolve('./call-once.ts'));
const HOUR_MS = 3_600_000;

function credentialOf(issued: Issued): ClientCredential {
  const certificate = new X509Certificate(issued.pem);
  return { certificateChain: issued.pem, key: new Sensitive(issued.keyPem), fingerprint: fingerprintOf(certificate) };
}

async function errorOf(url: string, transport: Transport, changes: Partial<Endpoint> = {}): Promise<CompassError> {
  try {
    await call({ url, target: 'connector-mtls', ...changes }, WHAT, transport);
  } catch (error) {
    assert.ok(error instanceof CompassError, String(error));
    return error;
  }
  assert.fail('the call succeeded');
}

suite('C26: the server’s certificate', () => {
  let root: Issued;

  before(async () => {
    root = (await serverAuthority()).root;
  });

  async function refuses(shown: Issued, transport: Transport, why: RegExp): Promise<void> {
    await using server = await startTlsServer(GOOD, { cert: shown.pem, key: shown.keyPem });
    await assert.rejects(
      call({ url: server.url, target: 'connector' }, { ...WHAT, token: new Sensitive('canary') }, transport),
      (error) => {
        assert.ok(error instanceof CompassError);
        assert.deepEqual([error.reason, error.maybeDone], ['CompassUntrusted', false]);
        assert.match(error.message, why);
        return true;
      },
    );
    assert.equal(server.received.length, 0);
  }

  test('of a CA that is not trusted is refused, with its issuer, and the token stays', async () => {
    await refuses((await serverAuthority()).server, {}, /issued by Test Server Root, is not trusted: [^;]*$/);
  });

  test('that is expired, for another host, or signed by itself, is refused', async () => {
    const transport = { extraRoots: [root.pem] };
    const hosts = ['localhost'];
    const expired = await issue({ subject: 'CN=x', issuer: root, hosts, notAfter: Date.now() - HOUR_MS });
    await refuses(expired, transport, /issued by Test Server Root.*\(CERT_HAS_EXPIRED\)/);
    const other = await issue({ subject: 'CN=x', issuer: root, hosts: ['compass.example.com'] });
    await refuses(other, transport, /issued by Test Server Root.*\(ERR_TLS_CERT_ALTNAME_INVALID\)/);
    const own = await issue({ subject: 'CN=localhost,O=Somebody', hosts });
    await refuses(own, transport, /issued by localhost, Somebody.*SELF_SIGNED/);
  });

  test('is not looked at where verification is switched off', async () => {
    await using server = await startTlsServer(GOOD);
    assert.deepEqual((await call({ url: server.url, target: 'connector' }, WHAT, { skipVerify: true })).data, {
      thing: 1,
    });
  });

  test('X15: a bad root among good ones changes nothing, and bad ones alone switch nothing off', async () => {
    await using server = await startTlsServer(GOOD);
    const bad = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    const good = await call({ url: server.url, target: 'connector' }, WHAT, { extraRoots: [bad, root.pem] });
    assert.deepEqual(good.data, { thing: 1 });
    for (const extraRoots of [[], [bad], ['']]) {
      assert.equal((await errorOf(server.url, { extraRoots })).reason, 'CompassUntrusted');
    }
  });

  test('is of a CA in NODE_EXTRA_CA_CERTS, with further roots and without', async (t) => {
    await using server = await startTlsServer(GOOD);
    const folder = await mkdtemp(join(tmpdir(), 'compass-roots-'));
    t.after(() => rm(folder, { recursive: true }));
    const file = join(folder, 'extra.pem');
    await writeFile(file, root.pem);
    const other = await issueRoot('Other');
    for (const extraRoots of [[], [other.pem]]) {
      const input = JSON.stringify({ url: server.url, extraRoots });
      const child = spawn(process.execPath, [PROGRAM, input], { env: { ...process.env, NODE_EXTRA_CA_CERTS: file } });
      assert.equal(await text(child.stdout), 'ok');
    }
  });

  test('is checked for an address as well as for a name', async () => {
    await using server = await startTlsServer(GOOD);
    const url = `https://127.0.0.1:${server.port}/`;
    assert.deepEqual((await call({ url, target: 'connector' }, WHAT, { extraRoots: [root.pem] })).data, { thing: 1 });
  });
});

suite('the version of TLS', () => {
  let transport: Transport;

  before(async () => {
    transport = { extraRoots: [(await serverAuthority()).root.pem] };
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    test(`X13: a server that speaks only ${version} works`, async () => {
      await using server = await startTlsServer(GOOD, { minVersion: version, maxVersion: version });
      assert.deepEqual((await call({ url: server.url, target: 'connector' }, WHAT, transport)).data, { thing: 1 });
    });
  }

  test('X12: a server that renegotiates is refused', WITH_OPENSSL, async () => {
    await using server = await startOpensslServer(['-tls1_2', '-state']);
    const answer = errorOf(server.url, transport);
    await server.output(/^POST /m);
    server.type('r\n');
    const error = await answer;
    assert.equal(error.reason, 'CompassUnreachable');
    assert.match(error.message, /TLS failed/);
    await server.output(/alert read:warning:no renegotiation/);
  });
});

suite('C24: the client certificate in the handshake', () => {
  let transport: Transport;
  let clientRoot: Issued;
  let good: ClientCredential;
  let expired: ClientCredential;
  let stranger: ClientCredential;

  before(async () => {
    transport = { extraRoots: [(await serverAuthority()).root.pem] };
    clientRoot = await issueRoot('Client Root');
    good = credentialOf(await issue({ subject: 'CN=client', issuer: clientRoot }));
    expired = credentialOf(await issue({ subject: 'CN=client', issuer: clientRoot, notAfter: Date.now() - HOUR_MS }));
    stranger = credentialOf(await issue({ subject: 'CN=client' }));
  });

  const versions = ['TLSv1.2', 'TLSv1.3'] as const;

  async function mutualTls(version: (typeof versions)[number]): Promise<TlsServer> {
    const ca = clientRoot.pem;
    return startTlsServer(GOOD, {
      requestCert: true,
      rejectUnauthorized: true,
      ca,
      minVersion: version,
      maxVersion: version,
    });
  }

  for (const version of versions) {
    test(`${version}: Node’s server, which resets: expired by our clock is CertificateExpired`, async () => {
      await using server = await mutualTls(version);
      const error = await errorOf(server.url, transport, { credential: expired });
      assert.equal(error.reason, 'CertificateExpired', error.message);
      assert.match(error.message, /expired since 20/);
    });

    test(`${version}: Node’s server, which resets: anything else is a connection that failed`, async () => {
      await using server = await mutualTls(version);
      assert.equal((await errorOf(server.url, transport, { credential: stranger })).reason, 'CompassUnreachable');
    });

    test(`${version}: a good one is accepted`, async () => {
      await using server = await mutualTls(version);
      const endpoint: Endpoint = { url: server.url, target: 'director', credential: good };
      assert.deepEqual((await call(endpoint, WHAT, transport)).data, { thing: 1 });
    });

    const flag = version === 'TLSv1.2' ? '-tls1_2' : '-tls1_3';
    test(`${version}: OpenSSL’s server sends alerts, which are told apart`, WITH_OPENSSL, async () => {
      await using server = await startOpensslServer([flag, '-Verify', '2', '-verify_return_error'], clientRoot);
      const old = await errorOf(server.url, transport, { credential: expired });
      assert.deepEqual([old.reason, old.maybeDone], ['CertificateExpired', false], old.message);
      const unknown = await errorOf(server.url, transport, { credential: stranger });
      assert.deepEqual([unknown.reason, unknown.maybeDone], ['Rejected', false], unknown.message);
      const none = await errorOf(server.url, transport);
      assert.deepEqual([none.reason, none.maybeDone], ['CompassUnreachable', false], none.message);
    });
  }

  test('a certificate and a key that are no pair are InvalidCredential, before anything is opened', async () => {
    await using server = await startTlsServer(GOOD);
    const credential = { ...good, key: stranger.key, fingerprint: 'mixed' };
    assert.equal((await errorOf(server.url, transport, { credential })).reason, 'InvalidCredential');
    assert.equal(server.connections.length, 0);
  });
});
