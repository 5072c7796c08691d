import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { before, suite, test } from 'node:test';
import { inspect } from 'node:util';
import type { Endpoint, Transport } from '#common/compass/endpoint.ts';
import { call } from '#common/compass/graphql.ts';
import { proxyFor, readProxy } from '#common/compass/proxy.ts';
import { CompassError } from '#common/errors.ts';
import { fingerprintOf } from '#common/pki/pem.ts';
import { Sensitive } from '#common/sensitive.ts';
import { issue, issueRoot } from '../pki/authority.ts';
import { startProxy } from './connect-proxy.ts';
import { always, serverAuthority, startTlsServer } from './tls-server.ts';

const WHAT = { document: 'query thing { thing }', operationName: 'thing', token: new Sensitive('canary') };
const GOOD = always(200, '{"data":{"thing":1}}');

suite('L10: HTTPS_PROXY', () => {
  let roots: string[];

  before(async () => {
    roots = [(await serverAuthority()).root.pem];
  });

  async function errorOf(url: string, transport: Transport): Promise<CompassError> {
    try {
      await call({ url, target: 'connector' }, WHAT, transport);
    } catch (error) {
      assert.ok(error instanceof CompassError, String(error));
      assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /secret|canary/);
      return error;
    }
    assert.fail('the call succeeded');
  }

  test('mutual TLS runs from end to end through the proxy, which gets its credentials', async () => {
    const clientRoot = await issueRoot('Client Root');
    const client = await issue({ subject: 'CN=client', issuer: clientRoot });
    await using proxy = await startProxy();
    await using server = await startTlsServer(GOOD, {
      requestCert: true,
      rejectUnauthorized: true,
      ca: clientRoot.pem,
    });
    const endpoint: Endpoint = {
      url: server.url,
      target: 'director',
      credential: {
        certificateChain: client.pem,
        key: new Sensitive(client.keyPem),
        fingerprint: fingerprintOf(new X509Certificate(client.pem)),
      },
    };
    const settings = { httpsProxy: `http://me:s%40crt@127.0.0.1:${proxy.port}` };
    const { data } = await call(endpoint, WHAT, { extraRoots: roots, proxy: settings });
    assert.deepEqual(data, { thing: 1 });
    const [request] = proxy.asked;
    assert.equal(request?.url, `localhost:${server.port}`);
    assert.equal(request?.headers['proxy-authorization'], `Basic ${Buffer.from('me:s@crt').toString('base64')}`);
    assert.doesNotMatch(inspect(request?.headers), /canary/);
  });

  test('NO_PROXY leads past it', async () => {
    await using proxy = await startProxy();
    await using server = await startTlsServer(GOOD);
    const settings = { httpsProxy: `http://127.0.0.1:${proxy.port}`, noProxy: 'example.com, localhost' };
    await call({ url: server.url, target: 'connector' }, WHAT, { extraRoots: roots, proxy: settings });
    assert.equal(proxy.asked.length, 0);
  });

  for (const status of [407, 403, 502]) {
    test(`a proxy that answers ${status} is named without its credentials, and the token stays`, async () => {
      await using proxy = await startProxy({ status });
      const settings = { httpsProxy: `http://me:secret@127.0.0.1:${proxy.port}` };
      const error = await errorOf('https://localhost:1/graphql', { proxy: settings });
      assert.deepEqual([error.reason, error.maybeDone, error.status], ['CompassUnreachable', false, status]);
      assert.match(
        error.message,
        new RegExp(`the proxy 127.0.0.1:${proxy.port} does not connect: it answered ${status}`),
      );
    });
  }

  test('a proxy that is not there is named without its credentials, and the token stays', async () => {
    const proxy = await startProxy();
    await proxy[Symbol.asyncDispose]();
    const settings = { httpsProxy: `http://me:secret@127.0.0.1:${proxy.port}` };
    const error = await errorOf('https://localhost:1/graphql', { proxy: settings });
    assert.deepEqual([error.reason, error.maybeDone], ['CompassUnreachable', false]);
    assert.match(error.message, new RegExp(`the proxy 127.0.0.1:${proxy.port} cannot be reached \\(ECONNREFUSED\\)`));
  });

  test('a proxy cannot stand in for Compass', async () => {
    await using proxy = await startProxy();
    await using server = await startTlsServer(GOOD);
    const error = await errorOf(server.url, { proxy: { httpsProxy: `http://127.0.0.1:${proxy.port}` } });
    assert.deepEqual([error.reason, server.received.length], ['CompassUntrusted', 0]);
  });

  test('what is no proxy’s URL is an InvalidSetting, without the value', async () => {
    for (const httpsProxy of ['socks5://secret', 'http://', '::::secret']) {
      assert.equal((await errorOf('https://localhost:1/', { proxy: { httpsProxy } })).reason, 'InvalidSetting');
    }
  });

  test('a host without a scheme is an HTTP proxy, and the default ports are those of the schemes', () => {
    assert.deepEqual(readProxy({ httpsProxy: 'proxy:3128' }), {
      name: 'proxy:3128',
      host: 'proxy',
      port: 3128,
      secure: false,
    });
    assert.equal(readProxy({ httpsProxy: 'http://proxy' })?.port, 80);
    assert.equal(readProxy({ httpsProxy: 'https://proxy' })?.port, 443);
    assert.equal(readProxy({ httpsProxy: 'http://[::1]:8080' })?.host, '::1');
    assert.equal(readProxy({ httpsProxy: ' ' }), undefined);
    assert.equal(readProxy({}), undefined);
  });

  const rules: [noProxy: string, url: string, exempt: boolean][] = [
    ['', 'https://a.example.com', false],
    ['*', 'https://a.example.com', true],
    ['example.com', 'https://example.com', true],
    ['example.com', 'https://a.EXAMPLE.com', true],
    ['.example.com', 'https://a.example.com', true],
    ['*.example.com', 'https://a.example.com', true],
    ['example.com', 'https://notexample.com', false],
    ['other.org , Example.Com', 'https://a.example.com', true],
    ['example.com:8443', 'https://a.example.com:8443', true],
    ['example.com:8443', 'https://a.example.com', false],
    ['example.com:443', 'https://a.example.com', true],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/99', 'https://10.1.2.3', false],
    ['10.1.2.3', 'https://10.1.2.3:99', true],
    ['10.1.2.3:99', 'https://10.1.2.3:99', true],
    ['::1', 'https://[::1]:99', true],
    ['[::1]:99', 'https://[::1]:99', true],
    ['fd00::/8', 'https://[fd00::5]', true],
    ['0.0.1', 'https://10.0.0.1', false],
  ];
  for (const [noProxy, url, exempt] of rules) {
    test(`NO_PROXY "${noProxy}" ${exempt ? 'covers' : 'does not cover'} ${url}`, () => {
      const proxy = proxyFor(new URL(url), { httpsProxy: 'http://proxy:3128', noProxy });
      assert.equal(proxy === undefined, exempt);
    });
  }
});
