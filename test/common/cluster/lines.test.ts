import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '#common/cluster/cluster.ts';
import { clusterAt } from '#common/cluster/connect.ts';
import { textLines } from '#common/cluster/text-lines.ts';
import { CompassError } from '#common/errors.ts';
import { endpointOf } from '../../cluster/endpoint-of.ts';

async function clusterBefore(t: TestContext, answer: (response: ServerResponse) => unknown): Promise<Cluster> {
  const server = createServer((_, response) => void answer(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return clusterAt(endpointOf(`http://127.0.0.1:${port}`, '', { token: 't' }), { timeoutMs: 2_000 });
}

async function allOf(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

async function linesOf(chunks: readonly string[], longest = 100): Promise<string[]> {
  return allOf(textLines(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), longest));
}

test('text comes line by line, however it is cut into chunks, and the last line needs no newline', async () => {
  assert.deepEqual(await linesOf(['a\nb', 'c\r\n\nd', 'é'.slice(0, 1), '\n', 'e']), ['a', 'bc', '', 'dé', 'e']);
  assert.deepEqual(await linesOf([]), []);
});

test('a line that is too long loses its end and says so, and the next one is whole', async () => {
  assert.deepEqual(await linesOf(['12345', '67890\nab\n'], 6), ['123456… (cut)', 'ab']);
});

test('lines arrive as they are written, before the answer ends', async (t) => {
  const cluster = await clusterBefore(t, (response) => response.writeHead(200).write('first\n'));
  const ended = new AbortController();
  const seen: string[] = [];
  for await (const line of cluster.lines('/log', { signal: ended.signal })) {
    seen.push(line);
    ended.abort();
  }
  assert.deepEqual(seen, ['first']);
});

test('who takes lines slowly is not sent the whole log meanwhile', async (t) => {
  const line = `${'x'.repeat(64 * 1024 - 1)}\n`;
  let written = 0;
  const cluster = await clusterBefore(t, async (response) => {
    for (; written < 64 * 1024 * 1024 && !response.destroyed; written += line.length) {
      if (!response.write(line)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
  });
  const ended = new AbortController();
  for await (const _ of cluster.lines('/log', { signal: ended.signal })) {
    await delay(200);
    ended.abort();
  }
  assert.ok(written < 32 * 1024 * 1024, `${written}`);
});

test("what the server says against it is the error's message, and a stream that breaks off throws", async (t) => {
  const signal = new AbortController().signal;
  const status = { kind: 'Status', code: 400, message: 'a container name must be specified' };
  const refusing = await clusterBefore(t, (response) => response.writeHead(400).end(JSON.stringify(status)));
  const subject = { verb: 'get', resource: 'pods/log', name: 'a', namespace: 'b' };
  await assert.rejects(allOf(refusing.lines('/log', { signal, subject })), (error) => {
    assert.ok(error instanceof CompassError);
    assert.equal(error.reason, 'ClusterRefused');
    assert.equal(error.message, 'cannot get pods/log "a" in namespace "b": a container name must be specified');
    return true;
  });
  const breaking = await clusterBefore(t, (response) => {
    response.writeHead(200).write('a\n', () => response.destroy());
  });
  await assert.rejects(allOf(breaking.lines('/log', { signal })), { reason: 'ClusterUnreachable' });
});
