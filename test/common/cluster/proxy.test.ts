import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { systemClock } from '#common/clock.ts';
import { connectTo } from '#common/cluster/connect.ts';
import { proxyFor } from '#common/cluster/proxy.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';

test('the environment names the proxy by the rules that kubectl follows', () => {
  const proxy = 'http://proxy.example:3128';
  const cases: [server: string, env: Record<string, string>, expected: string | undefined][] = [
    ['https://k8s.example', {}, undefined],
    ['https://k8s.example', { HTTPS_PROXY: proxy }, proxy],
    ['https://k8s.example', { https_proxy: proxy }, proxy],
    ['https://k8s.example', { HTTPS_PROXY: 'proxy.example:3128' }, proxy],
    ['https://k8s.example', { HTTP_PROXY: proxy }, undefined],
    ['http://k8s.example', { HTTP_PROXY: proxy }, proxy],
    ['https://127.0.0.1:6443', { HTTPS_PROXY: proxy }, undefined],
    ['https://localhost:6443', { HTTPS_PROXY: proxy }, undefined],
    ['https://[::1]:6443', { HTTPS_PROXY: proxy }, undefined],
    ['https://k8s.example', { HTTPS_PROXY: proxy, NO_PROXY: '*' }, undefined],
    ['https://k8s.example', { HTTPS_PROXY: proxy, NO_PROXY: 'a, k8s.example' }, undefined],
    ['https://k8s.example', { HTTPS_PROXY: proxy, NO_PROXY: '.example' }, undefined],
    ['https://k8s.example', { HTTPS_PROXY: proxy, NO_PROXY: 'example' }, undefined],
    ['https://notexample', { HTTPS_PROXY: proxy, NO_PROXY: 'example' }, proxy],
    ['https://k8s.example:8443', { HTTPS_PROXY: proxy, NO_PROXY: 'k8s.example:6443' }, proxy],
    ['https://k8s.example:6443', { HTTPS_PROXY: proxy, NO_PROXY: 'k8s.example:6443' }, undefined],
    ['https://10.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, undefined],
    ['https://11.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, proxy],
    ['https://10.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/99' }, proxy],
    ['https://[fd00::7]', { HTTPS_PROXY: proxy, NO_PROXY: 'fd00::/8' }, undefined],
  ];
  for (const [server, env, expected] of cases)
    assert.equal(proxyFor(server, env), expected, JSON.stringify([server, env]));
});

test('a proxy-url is dialled, and TLS goes through it end to end', async (t) => {
  const { server, ca, as } = await startTestCluster(t);
  const { kubeconfigPath } = await as({ name: 'root', groups: ['system:masters'] });
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on('connect', ({ url = '' }, socket) => {
    asked.push(url);
    const upstream = connect(Number(new URL(`http://${url}`).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    for (const end of [upstream, socket]) end.on('error', () => upstream.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => proxy.close());
  const { port } = proxy.address() as AddressInfo;
  const { readKubeconfig } = await import('#common/cluster/kubeconfig-file.ts');
  const user = (await readKubeconfig([kubeconfigPath]))?.users.get('user');
  assert.ok(user);
  const data = Buffer.from(ca).toString('base64');
  const cluster = connectTo(
    {
      server,
      userName: 'user',
      user,
      cluster: { server, 'certificate-authority-data': data, 'proxy-url': `http://127.0.0.1:${port}` },
      namespace: undefined,
    },
    { env: {}, clock: systemClock },
  );
  t.after(() => cluster.close());
  await cluster.raw('/api/v1/namespaces/default/secrets');
  await cluster.raw('/api/v1/namespaces/default/secrets');
  assert.deepEqual(asked, [new URL(server).host]);
});
