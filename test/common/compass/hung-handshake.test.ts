import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { createSecureContext } from 'node:tls';
import { connect, type Destination } from '#common/compass/connect.ts';
import { call } from '#common/compass/graphql.ts';

/** Takes every connection, and says nothing on it. */
async function startSilent(t: TestContext): Promise<{ to: Destination; taken: Promise<Socket> }> {
  const { promise: taken, resolve } = Promise.withResolvers<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.resume();
    resolve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    (await Promise.race([taken, Promise.resolve(undefined)]))?.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { to: { host: '127.0.0.1', port, secureContext: createSecureContext(), verify: true }, taken };
}

/** Errors that nobody took would fail the test: they come within the next turns of the event loop. */
const settle = async () => {
  for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('a handshake that nobody answers', () => {
  test('ends with the reason of whoever gives it up, and with its connection', async (t) => {
    const { to, taken } = await startSilent(t);
    const giveUp = new AbortController();
    const connecting = connect(to, giveUp.signal);
    const socket = await taken;
    const closed = once(socket, 'close');
    giveUp.abort(new Error('given up'));
    await assert.rejects(connecting, { message: 'given up' });
    await closed;
    await settle();
  });

  test('ends when the other side closes', async (t) => {
    const { to, taken } = await startSilent(t);
    const connecting = connect(to, new AbortController().signal);
    (await taken).destroy();
    await assert.rejects(connecting, { code: 'ECONNRESET' });
    await settle();
  });

  test('is given up at the limit, as Compass that cannot be reached', async (t) => {
    const { to, taken } = await startSilent(t);
    const url = `https://127.0.0.1:${to.port}/graphql`;
    const what = { document: 'query thing { thing }', operationName: 'thing' };
    const calling = call({ url, target: 'connector' }, what, { connectMs: 200 });
    const closed = once(await taken, 'close');
    await assert.rejects(calling, { reason: 'CompassUnreachable', message: /no connection within 0.2 s/ });
    await closed;
    await settle();
  });

  test('is given up when nobody waits for it any more, also where its call has ended before', {
    timeout: 20_000,
  }, async (t) => {
    const { to, taken } = await startSilent(t);
    const url = `https://127.0.0.1:${to.port}/graphql`;
    const what = { document: 'query thing { thing }', operationName: 'thing' };
    const [stop, close] = [new AbortController(), new AbortController()];
    const limits = { connectMs: 3_600_000, signal: stop.signal, closed: close.signal };
    const calling = call({ url, target: 'director' }, what, limits);
    const closed = once(await taken, 'close');
    stop.abort();
    await assert.rejects(calling, { reason: 'Stopping' });
    close.abort();
    await closed;
    await settle();
  });

  for (const secure of [true, false]) {
    test(`of a proxy${secure ? ' by TLS' : ''} ends with the reason of whoever gives it up`, async (t) => {
      const { to, taken } = await startSilent(t);
      const proxy = { host: '127.0.0.1', port: to.port, secure, name: 'the proxy' };
      const giveUp = new AbortController();
      const connecting = connect({ ...to, proxy }, giveUp.signal);
      const closed = once(await taken, 'close');
      giveUp.abort(new Error('given up'));
      await assert.rejects(connecting, { message: 'given up' });
      await closed;
      await settle();
    });
  }

  test('is not even begun where it was given up before', async (t) => {
    const { to } = await startSilent(t);
    await assert.rejects(connect(to, AbortSignal.abort(new Error('given up'))), { message: 'given up' });
    await settle();
  });
});
