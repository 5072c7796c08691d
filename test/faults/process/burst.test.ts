import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { systemClock } from '#common/clock.ts';
import { clusterAt } from '#common/cluster/connect.ts';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { silentLog } from '#common/log.ts';
import { readConfig } from '../../../sidecar/config.ts';
import { Loop } from '../../../sidecar/loop.ts';
import { keepWatches } from '../../../sidecar/watches.ts';
import { endpointOf } from '../../cluster/endpoint-of.ts';
import { until } from '../../cluster/until.ts';
import { heapBytes } from '../../heap-bytes.ts';

const EVENTS = 20_000;
const EVENTS_PER_TURN = 250;
const NAME = 'compass-agent-configuration';

/** An API server with one Secret, whose watch tells of versions as fast as they can be sent. */
async function busyServer(t: TestContext) {
  let version = 1;
  let watch: ServerResponse | undefined;
  const secret = () => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: NAME, namespace: 'compass-system', uid: 'u', resourceVersion: String(version) },
    data: {
      version: Buffer.from(String(version)).toString('base64'),
      TOKEN: Buffer.from(`token-${version}`).toString('base64'),
    },
  });
  const json = { 'content-type': 'application/json' };
  const server = createServer(({ url = '' }, response) => {
    const isOurs = url.includes('/secrets') && url.includes(NAME);
    if (url.includes('watch=true')) {
      response.writeHead(200, json).flushHeaders();
      if (isOurs) watch = response;
    } else if (url.includes(`/secrets/${NAME}`)) response.writeHead(200, json).end(JSON.stringify(secret()));
    else {
      const items = isOurs ? [secret()] : [];
      response.writeHead(200, json).end(JSON.stringify({ items, metadata: { resourceVersion: String(version) } }));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    isWatched: () => Promise.resolve(watch !== undefined),
    async burst() {
      const startMs = performance.now();
      for (let sent = 0; sent < EVENTS; sent += EVENTS_PER_TURN) {
        let text = '';
        for (let one = 0; one < EVENTS_PER_TURN; one += 1) {
          version += 1;
          text += `${JSON.stringify({ type: 'MODIFIED', object: secret() })}\n`;
        }
        if (watch?.write(text) === false) await once(watch, 'drain');
      }
      return performance.now() - startMs;
    },
    version: () => version,
  };
}

test('R10: 20,000 events in one burst are a few passes, of which the last one sees the latest version', async (t) => {
  const server = await busyServer(t);
  const cluster = clusterAt(endpointOf(server.url, '', { token: 't' }));
  const stop = new AbortController();
  const { config } = readConfig({
    POD_NAMESPACE: 'compass-system',
    APP_AGENT_CONFIGURATION_SECRET: `compass-system/${NAME}`,
  });
  const [clock, log, random] = [systemClock, silentLog, () => 0.5];
  const ref = { kind: SECRET, namespace: 'compass-system', name: NAME };
  let [passes, running, seen] = [0, 0, 0];
  let interruptions = 0;
  const pass = async () => {
    running += 1;
    assert.equal(running, 1, 'one at a time');
    const { data } = await cluster.get<Secret>(ref);
    seen = Number(Buffer.from(data?.['version'] ?? '', 'base64').toString());
    passes += 1;
    running -= 1;
    return 60_000;
  };
  const loop = new Loop({ pass, clock, log, random, stopping: stop.signal });
  const onUrgent = () => {
    interruptions += 1;
  };
  const watching = keepWatches({
    cluster,
    config,
    clock,
    log,
    random,
    stopping: stop.signal,
    onChange: loop.trigger,
    onUrgent,
  });
  const ended = Promise.all([loop.run(), watching]);
  t.after(async () => {
    stop.abort();
    await ended;
    cluster.close();
  });
  await until('the Secret is watched', server.isWatched);
  const before = { passes, heap: heapBytes() };
  const startMs = performance.now();
  const sentInMs = await server.burst();
  await until('every event was taken', () => Promise.resolve(interruptions >= EVENTS));
  const tookMs = performance.now() - startMs;
  await until('the latest version was seen', () => Promise.resolve(seen === server.version()));
  const lastedMs = performance.now() - startMs;
  const grownMiB = (heapBytes() - before.heap) / 1024 / 1024;
  t.diagnostic(
    `${EVENTS} events sent in ${Math.round(sentInMs)} ms, taken in ${Math.round(tookMs)} ms, ${passes - before.passes} passes`,
  );
  assert.ok(passes - before.passes <= lastedMs / 50 + 2, `${passes - before.passes} passes in ${lastedMs} ms`);
  assert.ok(grownMiB < 64, `${grownMiB} MiB more`);
});
