import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { systemClock } from '#common/clock.ts';
import { jsonLog } from '#common/log.ts';
import { DirectorProxy } from '../../../sidecar/neighbours/director-proxy.ts';
import { until } from '../../cluster/until.ts';
import { startProxyWorld, whoAmI } from './proxy-world.ts';

test('a connection that the Director closed while it was idle costs a query nothing', async (t) => {
  const { simulator, ask, connect: pairUp } = await startProxyWorld(t);
  await pairUp();
  assert.equal((await ask({ body: whoAmI(simulator) })).status, 200);
  simulator.faults.add({ target: 'director', cut: true, when: 'beforeConsumption', times: 1 });
  assert.equal((await ask({ body: whoAmI(simulator) })).status, 200);
});

test('a mutation is never sent twice', async (t) => {
  const { simulator, ask, connect: pairUp } = await startProxyWorld(t);
  await pairUp();
  assert.equal((await ask({ body: whoAmI(simulator) })).status, 200);
  simulator.requests.clear();
  simulator.faults.add({ target: 'director', cut: true });
  const query = `mutation Set($id: ID!) { setRuntimeLabel(runtimeID: $id, key: "a", value: "b") { key } }`;
  const { status } = await ask({ body: JSON.stringify({ query, variables: { id: simulator.runtimeId } }) });
  assert.equal(status, 502);
  assert.equal(simulator.requests.list().length, 1);
});

test('more than 64 at a time are told to wait, and those under way are served', async (t) => {
  const { simulator, ask, proxy, connect: pairUp } = await startProxyWorld(t);
  await pairUp();
  const go = Promise.withResolvers<void>();
  simulator.faults.add({ target: 'director', run: () => go.promise });
  const under = Array.from({ length: 64 }, () => ask({ body: whoAmI(simulator) }));
  await until('64 are under way', () => Promise.resolve(proxy.traffic.underWay === 64));
  const { status, headers } = await ask({ body: whoAmI(simulator) });
  assert.deepEqual([status, headers['retry-after']], [503, '1']);
  go.resolve();
  const answers = await Promise.all(under);
  assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([200]));
  await until('nothing is under way', () => Promise.resolve(proxy.traffic.underWay === 0));
  assert.deepEqual(Object.fromEntries(proxy.traffic.answers), { '200': 64, '503': 1 });
});

test('X16, G2: 50 queries under way when the certificate is renewed end with the old one, those after it begin with the new', async (t) => {
  const { simulator, ask, proxy, state, newPair, to, connect: pairUp } = await startProxyWorld(t);
  const first = await pairUp();
  const go = Promise.withResolvers<void>();
  const id = simulator.faults.add({ target: 'director', run: () => go.promise });
  simulator.requests.clear();
  const under = Array.from({ length: 50 }, () => ask({ body: whoAmI(simulator) }));
  await until('50 are at the Director', () => Promise.resolve(simulator.requests.list().length === 50));
  simulator.faults.remove(id);
  const second = await newPair();
  state.destination = to(second);
  const after = await ask({ body: whoAmI(simulator) });
  go.resolve();
  const answers = await Promise.all(under);
  assert.deepEqual(new Set([after, ...answers].map(({ status }) => status)), new Set([200]));
  const seen = simulator.requests.list().filter(({ target }) => target === 'director');
  assert.equal(seen.filter(({ certificateFingerprint }) => certificateFingerprint === first.fingerprint).length, 50);
  assert.equal(seen.filter(({ certificateFingerprint }) => certificateFingerprint === second.fingerprint).length, 1);
  assert.equal(seen.filter(({ outcome }) => outcome !== 'ok').length, 0);
  assert.equal(proxy.traffic.answers.get('200'), 51);
});

test('at its end it takes no more, and what is under way is answered', async (t) => {
  const { simulator, ask, proxy, connect: pairUp } = await startProxyWorld(t);
  await pairUp();
  const go = Promise.withResolvers<void>();
  simulator.faults.add({ target: 'director', run: () => go.promise });
  const under = ask({ body: whoAmI(simulator) });
  await until('it is under way', () => Promise.resolve(proxy.traffic.underWay === 1));
  const closing = proxy.close();
  await assert.rejects(ask({ body: whoAmI(simulator) }), { code: 'ECONNREFUSED' });
  go.resolve();
  assert.equal((await under).status, 200);
  await closing;
});

test('a caller that goes away takes its query along, and leaves nothing behind', async (t) => {
  const { simulator, proxy, connect: pairUp } = await startProxyWorld(t);
  await pairUp();
  simulator.requests.clear();
  simulator.faults.add({ target: 'director', delayMs: 60_000 });
  const body = whoAmI(simulator);
  const socket = connect(proxy.port, '127.0.0.1');
  await once(socket, 'connect');
  const head = ['POST / HTTP/1.1', 'Host: localhost', 'Content-Type: application/json'];
  socket.write([...head, `Content-Length: ${body.length}`, '', body].join('\r\n'));
  await until('it is at the Director', () => Promise.resolve(simulator.requests.list().length === 1));
  socket.destroy();
  await until('nothing is under way', () => Promise.resolve(proxy.traffic.underWay === 0));
  assert.equal(proxy.traffic.answers.get('gone'), 1);
});

test('a port that somebody else has at the other loopback address is refused: localhost may mean that one', async (t) => {
  const other = createServer();
  const isThere = new Promise<boolean>((resolve) => {
    other.once('error', () => resolve(false));
    other.listen({ host: '::1', port: 0, ipv6Only: true }, () => resolve(true));
  });
  if (!(await isThere)) return t.skip('this machine has no ::1');
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  const opening = DirectorProxy.open({
    port,
    transport: {},
    clock: systemClock,
    log: jsonLog(() => undefined, 'error', Date.now),
    queryLogging: false,
    destination: () => 'nowhere',
  });
  await assert.rejects(
    opening.then((proxy) => proxy.close()),
    new RegExp(`APP_DIRECTOR_PROXY_PORT ${port} cannot be listened on at ::1 \\(EADDRINUSE\\)`),
  );
});
