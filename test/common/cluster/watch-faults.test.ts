import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { systemClock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { clusterAt } from '#common/cluster/connect.ts';
import { SECRET } from '#common/cluster/objects.ts';
import { type FollowEvent, keepWatching } from '#common/cluster/watch.ts';
import { linesOf } from '#common/cluster/watch-stream.ts';
import { hasReason } from '#common/errors.ts';
import { endpointOf } from '../../cluster/endpoint-of.ts';
import { until } from '../../cluster/until.ts';
import { answering } from './answering.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on loopback that speaks as much of the protocol as a fault needs, and the Cluster in front of it. */
async function faultyCluster(t: TestContext, list: Answer, watch: Answer): Promise<Cluster> {
  const url = await answering(t, (request, response) => {
    if (request.url?.includes('watch=true')) watch(request, response);
    else list(request, response);
  });
  return clusterAt(endpointOf(url, '', { token: 't' }), {
    timeoutMs: 2_000,
    watchMarginMs: 100,
  });
}

function follow(t: TestContext, cluster: Cluster, pollMs: number, timeoutSeconds = 300) {
  const told: FollowEvent<object>[] = [];
  const ending = new AbortController();
  const options = { pollMs, timeoutSeconds, clock: systemClock, random: () => 0, signal: ending.signal };
  const following = keepWatching(cluster, SECRET, { ...options, onEvent: (event) => told.push(event) });
  t.after(async () => {
    ending.abort();
    await following;
  });
  return told;
}

function listOf(...names: readonly string[]): string {
  const items = names.map((name) => ({ metadata: { name, namespace: 'a', uid: name, resourceVersion: '7' } }));
  return JSON.stringify({ kind: 'SecretList', apiVersion: 'v1', metadata: { resourceVersion: '7' }, items });
}

const json = { 'content-type': 'application/json' };

test('K13: a watch that hears nothing is found out by the poll beside it', async (t) => {
  let names: readonly string[] = ['one'];
  let watches = 0;
  const cluster = await faultyCluster(
    t,
    (_, response) => response.writeHead(200, json).end(listOf(...names)),
    (_, response) => {
      watches += 1;
      response.writeHead(200, json).flushHeaders();
    },
  );
  const told = follow(t, cluster, 50);
  await until('the watch stands', () => Promise.resolve(watches === 1));
  names = ['one', 'two'];
  await until('the second is told', () =>
    Promise.resolve(told.some((event) => event.type === 'added' && JSON.stringify(event.object).includes('two'))),
  );
  await until('another watch is made', () => Promise.resolve(watches > 1));
  assert.deepEqual(
    told.filter(({ type }) => type === 'failed'),
    [],
  );
});

test('K13: a watch that tells bookmarks alone is found out, also where they never cease', async (t) => {
  let names: readonly string[] = ['one'];
  const bookmark = { type: 'BOOKMARK', object: { kind: 'Secret', metadata: { resourceVersion: '9' } } };
  const cluster = await faultyCluster(
    t,
    // A listing takes longer than the next bookmark.
    (_, response) => setTimeout(() => response.writeHead(200, json).end(listOf(...names)), 30),
    (_, response) => {
      response.writeHead(200, json);
      const timer = setInterval(() => response.write(`${JSON.stringify(bookmark)}\n`), 5);
      response.on('close', () => clearInterval(timer));
    },
  );
  const told = follow(t, cluster, 50);
  await until('it is synced', () => Promise.resolve(told.some(({ type }) => type === 'synced')));
  names = ['one', 'two'];
  await until('the second is told', () =>
    Promise.resolve(told.some((event) => event.type === 'added' && JSON.stringify(event.object).includes('two'))),
  );
});

test('a listing that fails is tried again, and no sooner than the server asks', async (t) => {
  let lists = 0;
  const cluster = await faultyCluster(
    t,
    (_, response) => {
      lists += 1;
      if (lists === 1) response.writeHead(429, { ...json, 'retry-after': '1' }).end('{"kind":"Status","code":429}');
      else response.writeHead(200, json).end(listOf('one'));
    },
    (_, response) => response.writeHead(200, json).flushHeaders(),
  );
  const startMs = performance.now();
  const told = follow(t, cluster, 60_000);
  await until('it is synced', () => Promise.resolve(told.some(({ type }) => type === 'synced')));
  const [failed] = told;
  assert.ok(failed?.type === 'failed' && hasReason(failed.error, 'ClusterThrottled'));
  assert.ok(failed.retryInMs >= 1_000 && performance.now() - startMs >= 1_000);
});

test('K13: an expired watch is followed by a listing, without a word about failure', async (t) => {
  let lists = 0;
  const gone = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } };
  const cluster = await faultyCluster(
    t,
    (_, response) => {
      lists += 1;
      response.writeHead(200, json).end(listOf('one'));
    },
    (_, response) => {
      if (lists === 1) response.writeHead(200, json).end(`${JSON.stringify(gone)}\n`);
      else response.writeHead(200, json).flushHeaders();
    },
  );
  const told = follow(t, cluster, 60_000);
  await until('it is listed again', () => Promise.resolve(lists === 2));
  await until('both are told', () => Promise.resolve(told.length === 3));
  assert.deepEqual(
    told.map(({ type }) => type),
    ['added', 'synced', 'synced'],
  );
});

test('K13: a watch that stays silent beyond its own time is cut', async (t) => {
  const cluster = await faultyCluster(
    t,
    (_, response) => response.writeHead(200, json).end(listOf('one')),
    (_, response) => response.writeHead(200, json).flushHeaders(),
  );
  const watch = cluster
    .watch(SECRET, { resourceVersion: '7', timeoutSeconds: 0.1, signal: t.signal })
    [Symbol.asyncIterator]();
  await assert.rejects(
    watch.next(),
    (error: unknown) => hasReason(error, 'ClusterUnreachable') && /no answer in time/.test(error.message),
  );
});

test('events may come in any pieces; half an event at the end is none', async (t) => {
  const event = (name: string) => JSON.stringify({ type: 'ADDED', object: { metadata: { name } } });
  const bytes = Buffer.from(`${event('ä-one')}\n\n${event('two')}\n{"type":"ADD`);
  const cluster = await faultyCluster(
    t,
    (_, response) => response.end(),
    (_, response) => {
      response.writeHead(200, json);
      for (const byte of bytes) response.write(Buffer.from([byte]));
      response.end();
    },
  );
  const names: string[] = [];
  for await (const seen of cluster.watch(SECRET, { resourceVersion: '7', signal: t.signal })) {
    assert.ok(seen.type === 'added' && seen.object.kind === 'Secret');
    names.push(seen.object.metadata.name);
  }
  assert.deepEqual(names, ['ä-one', 'two']);
});

async function* inChunks(total: number, size: number): AsyncGenerator<Buffer> {
  const chunk = Buffer.alloc(size, 'x');
  for (let sent = 0; sent < total; sent += size) yield await Promise.resolve(chunk);
}

test('a line without end is cut off at its cap', async () => {
  await assert.rejects(linesOf(inChunks(2_000_000, 10_000), 1_000_000).next(), (error: unknown) =>
    hasReason(error, 'ClusterUnavailable'),
  );
});
