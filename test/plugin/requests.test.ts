import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { runHere } from './run-plugin.ts';

/** An API server that lets nobody in, and remembers who came. */
async function startDoorkeeper(t: TestContext): Promise<{ readonly url: string; readonly seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    const status = { apiVersion: 'v1', kind: 'Status', status: 'Failure', code: 403, message: 'nobody may do that' };
    response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify(status));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

test('--as, --as-uid and every --as-group reach the API server with each request', async (t) => {
  const { url, seen } = await startDoorkeeper(t);
  const who = ['--as', 'eve', '--as-uid', '7', '--as-group', 'a,b', '--as-group=c'];
  const { code } = await runHere(['status', '--server', url, ...who]);
  assert.equal(code, 4);
  assert.ok(seen.length > 0);
  for (const { headersDistinct } of seen) {
    assert.deepEqual(headersDistinct['impersonate-user'], ['eve']);
    assert.deepEqual(headersDistinct['impersonate-uid'], ['7']);
    assert.deepEqual(headersDistinct['impersonate-group'], ['a,b', 'c']);
  }
});

test('--token is what proves who asks, and is in no output', async (t) => {
  const { url, seen } = await startDoorkeeper(t);
  const { stdout, stderr } = await runHere(['status', '-s', url, '--token', 'not-a-real-one', '-o', 'json', '-v=9']);
  assert.ok(seen.length > 0);
  for (const { headers } of seen) assert.equal(headers.authorization, 'Bearer not-a-real-one');
  assert.doesNotMatch(stdout + stderr, /not-a-real-one/);
});

test('the plugin says in each request which version of it asks', async (t) => {
  const { url, seen } = await startDoorkeeper(t);
  await runHere(['version', '-s', url]);
  assert.ok(seen.length > 0);
  for (const { headers } of seen) assert.match(headers['user-agent'] ?? '', /^kubectl-compass\/\d+\.\d+\.\d+/);
});
