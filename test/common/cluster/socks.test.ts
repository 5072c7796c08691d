import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { systemClock } from '#common/clock.ts';
import { connectTo } from '#common/cluster/connect.ts';
import { readKubeconfig } from '#common/cluster/kubeconfig-file.ts';
import { CompassError } from '#common/errors.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';

const LOGIN = { user: 'jane', password: 'p:w' };

interface SocksServer {
  readonly port: number;
  readonly asked: readonly string[];
}

/** What a client sends comes in steps, each of which waits for the answer to the one before. */
async function* steps(socket: Socket): AsyncGenerator<Buffer, void> {
  for (;;) {
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    yield bytes;
  }
}

async function serve(socket: Socket, asked: string[], { login, reply }: SocksOptions): Promise<void> {
  const sent = steps(socket);
  const next = async () => (await sent.next()).value ?? Buffer.of();
  const [, , ...methods] = await next();
  const method = login ? 2 : 0;
  if (!methods.includes(method)) return void socket.end(Buffer.of(5, 255));
  socket.write(Buffer.of(5, method));
  if (login) {
    const bytes = await next();
    const user = bytes.subarray(2, 2 + (bytes[1] ?? 0)).toString();
    const password = bytes.subarray(3 + user.length).toString();
    const isRight = user === login.user && password === login.password;
    socket.write(Buffer.of(1, isRight ? 0 : 1));
    if (!isRight) return;
  }
  const request = await next();
  const isName = request[3] === 3;
  const host = isName ? request.subarray(5, -2).toString() : request.subarray(4, 8).join('.');
  asked.push(`${host}:${request.readUInt16BE(request.length - 2)}`);
  if (reply !== 0) return void socket.end(Buffer.of(5, reply, 0, 1, 0, 0, 0, 0, 0, 0));
  const upstream = connect(request.readUInt16BE(request.length - 2), '127.0.0.1', () => {
    // In two parts, as a network may bring them.
    socket.write(Buffer.of(5, 0, 0));
    setImmediate(() => socket.write(Buffer.of(3, 4, ...Buffer.from('here'), 0, 0)));
    upstream.pipe(socket).pipe(upstream);
  });
  for (const end of [upstream, socket]) end.on('error', () => upstream.destroy());
}

interface SocksOptions {
  readonly login?: typeof LOGIN;
  readonly reply: number;
}

async function startSocks(t: TestContext, options: SocksOptions = { reply: 0 }): Promise<SocksServer> {
  const asked: string[] = [];
  const server = createServer((socket) => {
    serve(socket, asked, options).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { port: (server.address() as AddressInfo).port, asked };
}

async function clusterThrough(t: TestContext, proxyUrl: string, url?: string) {
  const { server, ca, as } = await startTestCluster(t);
  const { kubeconfigPath } = await as({ name: 'root', groups: ['system:masters'] });
  const user = (await readKubeconfig([kubeconfigPath]))?.users.get('user');
  assert.ok(user);
  const target = url ?? server;
  const data = Buffer.from(ca).toString('base64');
  const cluster = { server: target, 'certificate-authority-data': data, 'proxy-url': proxyUrl };
  const connected = connectTo(
    { server: target, userName: 'user', user, cluster, namespace: undefined },
    { env: {}, clock: systemClock },
  );
  t.after(() => connected.close());
  return { cluster: connected, server };
}

const SECRETS = '/api/v1/namespaces/default/secrets';

function fails(reason: string, message: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof CompassError);
    assert.equal(error.reason, reason);
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /p:w|p%3Aw/);
    return true;
  };
}

describe('a SOCKS proxy of a kubeconfig', () => {
  for (const scheme of ['socks5', 'socks5h']) {
    test(`is gone through (${scheme}), with TLS from end to end`, async (t) => {
      const socks = await startSocks(t);
      const { cluster, server } = await clusterThrough(t, `${scheme}://127.0.0.1:${socks.port}`);
      await cluster.raw(SECRETS);
      await cluster.raw(SECRETS);
      assert.deepEqual(socks.asked, [new URL(server).host]);
    });
  }

  test('is given the login that its URL holds', async (t) => {
    const socks = await startSocks(t, { login: LOGIN, reply: 0 });
    const { cluster } = await clusterThrough(t, `socks5://jane:p%3Aw@127.0.0.1:${socks.port}`);
    await cluster.raw(SECRETS);
    assert.equal(socks.asked.length, 1);
  });

  test('resolves the name of the server itself', async (t) => {
    const socks = await startSocks(t, { reply: 4 });
    const { cluster } = await clusterThrough(t, `socks5://127.0.0.1:${socks.port}`, 'https://k8s.internal:6443');
    await assert.rejects(cluster.raw(SECRETS), fails('ClusterUnreachable', /the SOCKS proxy: host unreachable/));
    assert.deepEqual(socks.asked, ['k8s.internal:6443']);
  });

  test('is said to refuse a login, or to want one', async (t) => {
    const socks = await startSocks(t, { login: LOGIN, reply: 0 });
    const wrong = await clusterThrough(t, `socks5://jane:wrong@127.0.0.1:${socks.port}`);
    await assert.rejects(wrong.cluster.raw(SECRETS), fails('ClusterUnreachable', /refused the login/));
    const without = await clusterThrough(t, `socks5://127.0.0.1:${socks.port}`);
    await assert.rejects(without.cluster.raw(SECRETS), fails('ClusterUnreachable', /it wants a login/));
    assert.deepEqual(socks.asked, []);
  });

  test('that hangs up fails the call', async (t) => {
    const server = createServer((socket) => socket.destroy());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const { cluster } = await clusterThrough(t, `socks5://127.0.0.1:${port}`);
    await assert.rejects(cluster.raw(SECRETS), fails('ClusterUnreachable', /it hung up|connection reset/));
  });
});

test('a proxy that cannot be used is refused, and the server is never dialled without it', async (t) => {
  for (const [proxyUrl, found] of [
    ['ftp://jane:p%3Aw@127.0.0.1:1', /begins with ftp:\/\/;/],
    ['socks4://127.0.0.1:1', /begins with socks4:/],
    ['127.0.0.1:3128', /is not a URL/],
  ] as const) {
    const { cluster } = await clusterThrough(t, proxyUrl);
    await assert.rejects(cluster.raw(SECRETS), fails('InvalidSetting', found));
  }
});
