import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { before, suite, test } from 'node:test';
import type { Transport } from '#common/compass/endpoint.ts';
import { type Call, call } from '#common/compass/graphql.ts';
import { CompassError } from '#common/errors.ts';
import { Sensitive } from '#common/sensitive.ts';
import { openBlackHole } from './black-hole.ts';
import { always, serverAuthority, startTlsServer } from './tls-server.ts';

const TOKEN_CALL: Call = {
  document: 'query thing { thing }',
  operationName: 'thing',
  token: new Sensitive('canary'),
};
const GOOD = always(200, '{"data":{"thing":1}}');

/** A resolver that knows one name. */
function resolvesTo(...addresses: readonly string[]): LookupFunction {
  const all: LookupAddress[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (_name, options, done) => {
    const [first] = all;
    if (options.all) done(null, all);
    else if (first) done(null, first.address, first.family);
  };
}

suite('a name with several addresses', { concurrency: true }, () => {
  let roots: string[];

  before(async () => {
    roots = [(await serverAuthority()).root.pem];
  });

  async function errorOf(url: string, transport: Transport): Promise<CompassError> {
    try {
      await call({ url, target: 'connector' }, TOKEN_CALL, transport);
    } catch (error) {
      assert.ok(error instanceof CompassError, String(error));
      return error;
    }
    assert.fail('the call succeeded');
  }

  test('C1: of which some refuse and one answers is reached, whatever their order and family', async () => {
    await using server = await startTlsServer(GOOD);
    const orders = [
      ['127.0.0.77', '127.0.0.1'],
      ['::1', '127.0.0.78', '127.0.0.1'],
      ['127.0.0.77', '127.0.0.78', '127.0.0.79', '::1', '127.0.0.1'],
      ['127.0.0.1', '127.0.0.77'],
    ];
    for (const addresses of orders) {
      const transport = { extraRoots: roots, lookup: resolvesTo(...addresses) };
      const { data } = await call({ url: server.url, target: 'connector' }, TOKEN_CALL, transport);
      assert.deepEqual(data, { thing: 1 });
    }
    assert.equal(server.received.length, orders.length);
  });

  test('C1: of which one never answers is reached at the next', async () => {
    await using hole = await openBlackHole('127.0.0.77');
    await using server = await startTlsServer(GOOD, {}, hole.port);
    const transport = { extraRoots: roots, lookup: resolvesTo('127.0.0.77', '127.0.0.1') };
    const startedMs = performance.now();
    const { data } = await call({ url: server.url, target: 'connector' }, TOKEN_CALL, transport);
    assert.deepEqual(data, { thing: 1 });
    assert.ok(performance.now() - startedMs > 1_000, 'the address that is dead was tried first');
  });

  test('C1: of which none answers has certainly spent no token', async () => {
    const server = await startTlsServer(GOOD);
    await server.close();
    const transport = { extraRoots: roots, lookup: resolvesTo('127.0.0.77', '127.0.0.78') };
    const error = await errorOf(server.url, transport);
    assert.deepEqual([error.reason, error.maybeDone], ['CompassUnreachable', false]);
    assert.match(error.message, /the connection is refused \(ECONNREFUSED\)/);
  });

  test('C2: that never answers is given up in time, and has certainly spent no token', async () => {
    await using hole = await openBlackHole('127.0.0.80');
    const transport = { extraRoots: roots, lookup: resolvesTo('127.0.0.80'), connectMs: 200 };
    const error = await errorOf(`https://localhost:${hole.port}/graphql`, transport);
    assert.deepEqual([error.reason, error.maybeDone], ['CompassUnreachable', false]);
    assert.match(error.message, /no connection within 0.2 s/);
  });
});
