import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { before, suite, type TestContext, test } from 'node:test';
import type { Endpoint, Transport } from '#common/compass/endpoint.ts';
import { type Call, call, TOKEN_CALL_TIMEOUT_MS } from '#common/compass/graphql.ts';
import { CompassError } from '#common/errors.ts';
import { Sensitive } from '#common/sensitive.ts';
import { until } from '../../cluster/until.ts';
import { always, serverAuthority, startTlsServer, type TlsServer } from './tls-server.ts';

const WHAT: Call = { document: 'query thing { thing }', operationName: 'thing' };
const TOKEN_CALL: Call = { ...WHAT, token: new Sensitive('canary') };
const GOOD = always(200, '{"data":{"thing":1}}');

async function errorOf(url: string, what: Call, transport: Transport): Promise<CompassError> {
  try {
    await call({ url, target: 'connector' }, what, transport);
  } catch (error) {
    assert.ok(error instanceof CompassError, String(error));
    return error;
  }
  assert.fail('the call succeeded');
}

function urlOf(server: Server): string {
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  return `https://localhost:${address.port}/graphql`;
}

async function startTcpServer(t: TestContext, accept: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    accept(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return urlOf(server);
}

suite('a call over a bad network', () => {
  let transport: Transport;

  before(async () => {
    transport = { extraRoots: [(await serverAuthority()).root.pem] };
  });

  test('C1: a name that cannot be resolved has certainly spent no token', async () => {
    const error = await errorOf('https://does-not-exist.invalid/graphql', TOKEN_CALL, transport);
    assert.deepEqual([error.reason, error.maybeDone], ['CompassUnreachable', false]);
    assert.match(error.message, /the name cannot be resolved/);
  });

  test('C2: a refused connection has certainly spent no token', async (t) => {
    const server = await startTlsServer(GOOD);
    t.after(() => server.close());
    await server.close();
    const error = await errorOf(server.url, TOKEN_CALL, transport);
    assert.deepEqual([error.reason, error.maybeDone], ['CompassUnreachable', false]);
    assert.match(error.message, /the connection is refused \(ECONNREFUSED\)/);
  });

  test('C2: a server that closes or is silent before TLS stands has certainly not got a token', async (t) => {
    const closing = await errorOf(await startTcpServer(t, (socket) => socket.destroy()), TOKEN_CALL, transport);
    assert.deepEqual([closing.reason, closing.maybeDone], ['CompassUnreachable', false]);
    const plain = await errorOf(
      await startTcpServer(t, (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n')),
      TOKEN_CALL,
      transport,
    );
    assert.deepEqual([plain.reason, plain.maybeDone], ['CompassUnreachable', false]);
    const silent = await startTcpServer(t, () => undefined);
    const error = await errorOf(silent, { ...TOKEN_CALL, timeoutMs: 100 }, transport);
    assert.deepEqual([error.reason, error.maybeDone], ['CompassTimeout', false]);
  });

  test('C3: a connection that is cut after the request may have spent the token', async () => {
    await using server = await startTlsServer((_request, response) => void response.destroy());
    const error = await errorOf(server.url, TOKEN_CALL, transport);
    assert.deepEqual([error.reason, error.maybeDone], ['CompassUnreachable', true]);
    assert.equal(server.received.length, 1);
  });

  test('C3: a connection that is cut within the answer may have spent the token', async () => {
    await using server = await startTlsServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"data"', () => response.destroy());
    });
    const error = await errorOf(server.url, TOKEN_CALL, transport);
    assert.deepEqual([error.reason, error.maybeDone, error.status], ['CompassUnreachable', true, 200]);
  });

  test('an answer that does not come, or does not end, is given up after the time-out for the whole call', async () => {
    await using silent = await startTlsServer(() => undefined);
    const error = await errorOf(silent.url, { ...TOKEN_CALL, timeoutMs: 1500 }, transport);
    assert.deepEqual([error.reason, error.maybeDone], ['CompassTimeout', true]);
    assert.match(error.message, /no answer within 1.5 s/);
    await using dripping = await startTlsServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    });
    assert.equal((await errorOf(dripping.url, { ...WHAT, timeoutMs: 200 }, transport)).reason, 'CompassTimeout');
  });

  test('L1: an answer of more than the limit is dropped before its end', async () => {
    let sent = 0;
    await using server = await startTlsServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const pump = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) sent += 65_536;
      };
      response.on('drain', pump);
      pump();
    });
    const error = await errorOf(server.url, { ...WHAT, maxBytes: 1_000_000 }, transport);
    assert.deepEqual([error.reason, error.status], ['AnswerTooLarge', 200]);
    for (const socket of server.connections) if (!socket.destroyed) await once(socket, 'close');
    assert.ok(sent < 20_000_000, `${sent} bytes were sent`);
  });

  test('L1: eight mebibytes are read, and not one byte more', async () => {
    const padded = (bytes: number) => `{"data":{"thing":"${'x'.repeat(bytes - 21)}"}}`.padEnd(bytes);
    await using fits = await startTlsServer(always(200, padded(8 * 1024 * 1024)));
    const { data } = await call({ url: fits.url, target: 'director' }, WHAT, transport);
    assert.equal(typeof data['thing'], 'string');
    await using tooLong = await startTlsServer(always(200, padded(8 * 1024 * 1024 + 1)));
    assert.equal((await errorOf(tooLong.url, WHAT, transport)).reason, 'AnswerTooLarge');
  });

  test('stopping gives up calls without a token, and awaits those with one', async () => {
    const stop = new AbortController();
    await using server = await startTlsServer((request, response) => {
      stop.abort();
      if (request.headers['connector-token']) GOOD(request, response);
    });
    const stopping = { ...transport, signal: stop.signal };
    assert.equal((await errorOf(server.url, WHAT, stopping)).reason, 'Stopping');
    const { data } = await call({ url: server.url, target: 'connector' }, TOKEN_CALL, stopping);
    assert.deepEqual(data, { thing: 1 });
    assert.equal((await errorOf(server.url, WHAT, stopping)).reason, 'Stopping');
    assert.equal(server.received.length, 2);
  });
});

suite('connections between calls', () => {
  let transport: Transport;

  before(async () => {
    transport = { extraRoots: [(await serverAuthority()).root.pem] };
  });

  async function callOk(server: TlsServer, what: Call, changes: Partial<Endpoint> = {}): Promise<void> {
    const { data } = await call({ url: server.url, target: 'director', ...changes }, what, transport);
    assert.deepEqual(data, { thing: 1 });
  }

  test('are used again by the next call', async () => {
    await using server = await startTlsServer(GOOD);
    for (let index = 0; index < 5; index += 1) await callOk(server, WHAT);
    assert.equal(server.connections.length, 1);
  });

  test('are never used again for a call with a token', async () => {
    await using server = await startTlsServer(GOOD);
    await callOk(server, WHAT);
    await callOk(server, TOKEN_CALL);
    await callOk(server, TOKEN_CALL);
    assert.equal(server.connections.length, 3);
  });

  test('that the server closed just then cost a call without a token nothing', async () => {
    let answered = 0;
    await using server = await startTlsServer((request, response) => {
      answered += 1;
      if (answered === 2) response.destroy();
      else GOOD(request, response);
    });
    await callOk(server, WHAT);
    await callOk(server, WHAT);
    assert.equal(server.connections.length, 2);
  });

  test('that fail on their first call are not tried twice', async () => {
    await using server = await startTlsServer((_request, response) => void response.destroy());
    assert.equal((await errorOf(server.url, WHAT, transport)).reason, 'CompassUnreachable');
    assert.equal(server.received.length, 1);
  });
});

test('C5: a call with a token waits longer for its answer than the server-side time-outs of 120 s together', () => {
  assert.ok(TOKEN_CALL_TIMEOUT_MS >= 130_000);
});

suite('connections that lie idle', { concurrency: true }, () => {
  let transport: Transport;

  before(async () => {
    transport = { extraRoots: [(await serverAuthority()).root.pem], idleMs: 200 };
  });

  test('C5: an answer that takes longer than a connection may be idle is awaited', async () => {
    const held: (() => void)[] = [];
    await using server = await startTlsServer((request, response) => {
      if (request.url?.endsWith('?quick')) GOOD(request, response);
      else held.push(() => GOOD(request, response));
    });
    const calls = [WHAT, TOKEN_CALL].map((what) => call({ url: server.url, target: 'connector' }, what, transport));
    await until('both wait for their answers', () => Promise.resolve(held.length === 2));
    await call({ url: `${server.url}?quick`, target: 'connector' }, WHAT, transport);
    const idle = server.connections.at(-1);
    if (idle && !idle.destroyed) await once(idle, 'close');
    for (const answer of held) answer();
    for (const { data } of await Promise.all(calls)) assert.deepEqual(data, { thing: 1 });
    assert.equal(server.received.length, 3);
  });
});
