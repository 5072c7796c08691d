import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import type { Observation } from '#common/cluster/answer.ts';
import type { ClusterOptions } from '#common/cluster/connect.ts';
import { clusterAt } from '#common/cluster/connect.ts';
import { CONFIG_MAP, type ConfigMap, SECRET } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { endpointOf } from '../../cluster/endpoint-of.ts';
import { answering } from './answering.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A server on loopback that answers as told, and the Cluster in front of it. */
async function clusterBefore(t: TestContext, answer: Answer, options: ClusterOptions = {}) {
  const seen: string[] = [];
  const url = await answering(t, (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    answer(request, response, seen.length);
  });
  const endpoint = endpointOf(url, '', { token: 't' });
  return { cluster: clusterAt(endpoint, { timeoutMs: 300, ...options }), seen };
}

const ref = { kind: CONFIG_MAP, name: 'a', namespace: 'b' };
const object: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'b' } };
const fine = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(object));

async function errorOf(promise: Promise<unknown>): Promise<CompassError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof CompassError, String(error));
    return error;
  }
  throw new Error('it did not fail');
}

test('a server that never answers costs the time-out and no more', async (t) => {
  const { cluster } = await clusterBefore(t, () => undefined);
  const startMs = performance.now();
  const read = await errorOf(cluster.get(ref));
  assert.ok(hasReason(read, 'ClusterUnreachable') && performance.now() - startMs < 10_000);
  assert.match(read.message, /^cannot get configmaps "a" in namespace "b": http:.*no answer in time/);
  assert.equal(read.maybeDone, false);
  assert.equal((await errorOf(cluster.create(CONFIG_MAP, object))).maybeDone, true);
});

test('an answer that stops in its midst costs the time-out and no more', async (t) => {
  const { cluster } = await clusterBefore(t, (_, response) => response.writeHead(200).write('{"kind":'));
  assert.match((await errorOf(cluster.get(ref))).message, /no answer in time/);
});

test('nobody listening is said as such', async () => {
  const cluster = clusterAt(endpointOf('http://127.0.0.1:1', '', { token: 't' }));
  const error = await errorOf(cluster.create(CONFIG_MAP, object));
  assert.ok(hasReason(error, 'ClusterUnreachable') && !error.maybeDone);
  assert.match(error.message, /connection refused/);
});

test('a connection that the server closed while idle is replaced for what may be repeated, and only for that', async (t) => {
  const cutsSecond: Answer = (request, response, count) => (count === 2 ? request.socket.destroy() : fine(response));
  await t.test('a read is sent again', async (tt) => {
    const { cluster, seen } = await clusterBefore(tt, cutsSecond);
    await cluster.get(ref);
    await cluster.get(ref);
    assert.equal(seen.length, 3);
  });
  await t.test('so is an apply', async (tt) => {
    const { cluster, seen } = await clusterBefore(tt, cutsSecond);
    await cluster.get(ref);
    await cluster.apply(CONFIG_MAP, object, { fieldManager: 'me' });
    assert.equal(seen.length, 3);
  });
  await t.test('a creation is not, and may have been carried out', async (tt) => {
    const { cluster, seen } = await clusterBefore(tt, cutsSecond);
    await cluster.get(ref);
    const error = await errorOf(cluster.create(CONFIG_MAP, object));
    assert.ok(hasReason(error, 'ClusterUnreachable') && error.maybeDone);
    assert.equal(seen.length, 2);
  });
  await t.test('on a new connection nothing is sent twice', async (tt) => {
    const { cluster, seen } = await clusterBefore(tt, (request) => request.socket.destroy());
    assert.ok(hasReason(await errorOf(cluster.get(ref)), 'ClusterUnreachable'));
    assert.equal(seen.length, 1);
  });
});

test('one connection serves call after call', async (t) => {
  const ports = new Set<number | undefined>();
  const { cluster } = await clusterBefore(t, (request, response) => {
    ports.add(request.socket.remotePort);
    fine(response);
  });
  for (let at = 0; at < 5; at += 1) await cluster.get(ref);
  assert.equal(ports.size, 1);
});

test('what the server asks and says reaches the caller', async (t) => {
  const say = (code: number, status: object, headers: Record<string, string> = {}) => {
    return clusterBefore(t, (_, response) => {
      response.writeHead(code, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', code, ...status }));
    });
  };
  await t.test('how long to wait', async () => {
    const { cluster } = await say(429, { message: 'too many requests' }, { 'retry-after': '7' });
    const error = await errorOf(cluster.get(ref));
    assert.ok(hasReason(error, 'ClusterThrottled'));
    assert.equal(error.retryAfterMs, 7_000);
    assert.equal(error.status, 429);
  });
  await t.test('that a webhook denied it, whatever code the webhook chose', async () => {
    const message = 'admission webhook "policy.example.com" denied the request: no';
    for (const code of [400, 403, 409, 500]) {
      const { cluster } = await say(code, { message });
      const error = await errorOf(cluster.create(CONFIG_MAP, object));
      assert.ok(hasReason(error, 'ClusterRefused'), String(code));
      assert.ok(error.message.includes(message));
    }
  });
  await t.test('that it is out of order', async () => {
    const { cluster } = await say(503, { message: 'etcd is away' });
    assert.ok(hasReason(await errorOf(cluster.get(ref)), 'ClusterUnavailable'));
  });
  await t.test('in 500 characters at most', async () => {
    const { cluster } = await say(422, { message: 'x'.repeat(10_000) });
    assert.ok((await errorOf(cluster.create(CONFIG_MAP, object))).message.length < 600);
  });
});

test('what a Secret holds never stands in a message, whoever quotes it', async (t) => {
  const value = 'canary-5b1e';
  const base64 = Buffer.from(value).toString('base64');
  const { cluster } = await clusterBefore(t, (_, response) => {
    const message = `admission webhook "w" denied the request: ${value} and ${base64} and "canary-plain" are bad`;
    response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify({ kind: 'Status', message }));
  });
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'b' }, data: { TOKEN: base64 } };
  const error = await errorOf(cluster.create(SECRET, { ...secret, stringData: { OTHER: 'canary-plain' } }));
  assert.match(error.message, /denied the request: \[sensitive\] and \[sensitive\] and "\[sensitive\]" are bad/);
});

test('nor do the bytes that a decoder quotes around a fault', async (t) => {
  const { cluster } = await clusterBefore(t, (_, response) => {
    const quoted =
      'illegal base64 data at input byte 4, error found in #10 byte of ...|OKEN":"canary-part|..., bigger context';
    const message = `Secret in version "v1" cannot be handled as a Secret: v1.Secret.Data: base64Codec: ${quoted} ...|canary|...`;
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ kind: 'Status', message }));
  });
  const error = await errorOf(cluster.create(SECRET, { ...object, kind: 'Secret' }));
  assert.match(error.message, /illegal base64 data at input byte 4$/);
});

test('an answer that is no Status keeps its text to itself', async (t) => {
  const { cluster } = await clusterBefore(t, (_, response) => response.writeHead(502).end('<html>canary</html>'));
  const error = await errorOf(cluster.get(ref));
  assert.ok(hasReason(error, 'ClusterUnavailable'));
  assert.match(error.message, /: the server answered 502$/);
});

test('an answer that is too large is given up', async (t) => {
  const { cluster } = await clusterBefore(
    t,
    (_, response) => {
      const piece = Buffer.alloc(4 * 1024 * 1024, ' ');
      const more = () => {
        while (!response.destroyed && response.write(piece));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    },
    { timeoutMs: 20_000 },
  );
  assert.match((await errorOf(cluster.get(ref))).message, /answer too large/);
});

test('a watch that is refused without an end of words is given up in time', async (t) => {
  const { cluster } = await clusterBefore(t, (_, response) => {
    response.writeHead(500);
    const more = setInterval(() => response.write('x'), 20);
    response.once('close', () => clearInterval(more));
  });
  const startedMs = performance.now();
  const watch = cluster.watch(CONFIG_MAP, { resourceVersion: '1', signal: new AbortController().signal });
  await assert.rejects(watch[Symbol.asyncIterator]().next(), { reason: 'ClusterUnavailable' });
  const lines = cluster.lines('/log', { signal: new AbortController().signal });
  await assert.rejects(lines[Symbol.asyncIterator]().next(), { reason: 'ClusterUnavailable' });
  assert.ok(performance.now() - startedMs < 10_000);
});

test('headers without an end are no answer', async (t) => {
  const { cluster } = await clusterBefore(t, (_, response) =>
    response.writeHead(200, { 'x-long': 'canary'.repeat(5_000) }).end('{}'),
  );
  const error = await errorOf(cluster.get(ref));
  assert.ok(hasReason(error, 'ClusterUnreachable'));
  assert.match(error.message, /HPE_HEADER_OVERFLOW/);
});

test('JSON that is none, on any path, keeps its text to itself', async (t) => {
  const { cluster } = await clusterBefore(t, (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"canary'),
  );
  for (const failed of [cluster.raw('/version'), cluster.get(ref), cluster.post('/x', {})]) {
    const error = await errorOf(failed);
    assert.ok(hasReason(error, 'ClusterUnavailable'));
    assert.match(error.message, /: the answer is not JSON$/);
  }
});

test('what is written arrives as it is, whatever its characters and however long', async (t) => {
  const bodies: Buffer[] = [];
  const { cluster } = await clusterBefore(t, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks));
      fine(response);
    });
  });
  const texts = ['plain', 'Grüße', '漢字', '🐬'].flatMap((text) => [text, text.repeat(10_000)]);
  for (const text of texts) await cluster.create(CONFIG_MAP, { ...object, data: { text } });
  const expected = texts.map((text) => JSON.stringify({ ...object, data: { text } }));
  assert.deepEqual(bodies.map(String), expected);
});

test('a caller that gives up is let go at once', async (t) => {
  const { cluster } = await clusterBefore(t, () => undefined, { timeoutMs: 60_000 });
  const giveUp = new AbortController();
  const failure = errorOf(cluster.get(ref, giveUp.signal));
  giveUp.abort();
  assert.match((await failure).message, /cancelled/);
});

test('every call is observed with its verb, resource, status and address', async (t) => {
  const observed: Omit<Observation, 'durationMs'>[] = [];
  const observe = ({ durationMs, ...rest }: Observation) => {
    assert.ok(durationMs >= 0);
    observed.push(rest);
  };
  const { cluster } = await clusterBefore(
    t,
    (_, response, count) => (count === 1 ? fine(response) : response.writeHead(500).end()),
    { observe },
  );
  await cluster.get(ref);
  await errorOf(cluster.mergePatch(ref, {}));
  const url = `${cluster.server}/api/v1/namespaces/b/configmaps/a`;
  assert.deepEqual(observed, [
    { verb: 'get', resource: 'configmaps', status: 200, method: 'GET', url },
    { verb: 'patch', resource: 'configmaps', status: 500, method: 'PATCH', url },
  ]);
});
