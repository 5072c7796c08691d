import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { keepAliveAgent } from '#common/cluster/agent.ts';
import { until } from '../../cluster/until.ts';

const IDLE_MS = 300;

interface World {
  readonly agent: Agent;
  /** Of the server: those that are open. */
  readonly connections: ReadonlySet<Socket>;
  /** The answers that are not given yet. */
  readonly waiting: readonly ServerResponse[];
  get(): Promise<IncomingMessage>;
}

/** A server that begins each answer and ends it when the test says so. */
async function startServer(t: TestContext, idleMs?: number): Promise<World> {
  const connections = new Set<Socket>();
  const waiting: ServerResponse[] = [];
  const server = createServer({ keepAliveTimeout: 0 }, (_, response) => {
    response.writeHead(200).flushHeaders();
    waiting.push(response);
  });
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const agent = keepAliveAgent(url, {}, undefined, idleMs);
  t.after(() => {
    agent.destroy();
    server.closeAllConnections();
    server.close();
  });
  const ask = async () => {
    const [answer] = await once(get(url, { agent }), 'response');
    return answer as IncomingMessage;
  };
  return { agent, connections, waiting, get: ask };
}

/** So many calls at the same time, all of which are answered. */
async function burst({ get: ask, waiting }: World, count: number): Promise<void> {
  const before = waiting.length;
  const answers = Array.from({ length: count }, () => ask());
  await until('all have arrived', () => Promise.resolve(waiting.length === before + count));
  for (const response of waiting.slice(before)) response.end('done');
  for (const answer of await Promise.all(answers)) assert.equal(await text(answer), 'done');
}

test('watches, as many writes as there may be, reads and a Lease go side by side, and none waits for another', async (t) => {
  const world = await startServer(t);
  await burst(world, 6 + 16 + 8 + 1);
});

test('between two bursts of writes no connection is dialled anew', async (t) => {
  const world = await startServer(t);
  await burst(world, 16);
  const before = [...world.connections];
  await burst(world, 16);
  assert.deepEqual([...world.connections], before);
  assert.equal(before.length, 16);
});

test('connections that are idle are closed after a while, and one that a silent watch uses lives on', async (t) => {
  const world = await startServer(t, IDLE_MS);
  const watch = await world.get();
  await burst(world, 16);
  assert.equal(world.connections.size, 17);
  // The watch has been silent for longer than all of these by then.
  await until('the idle ones are closed', () => Promise.resolve(world.connections.size === 1));
  world.waiting[0]?.end('an event');
  assert.equal(await text(watch), 'an event');
});
