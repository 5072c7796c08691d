import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { signalProcesses } from '../../../sidecar/neighbours/signal-processes.ts';
import { until } from '../../cluster/until.ts';
import { run, start } from './kept.ts';
import { sampleSecret } from './sample-set.ts';

/** A neighbour that is told by HTTP, and answers as it is told to. */
async function neighbour(t: TestContext) {
  const told: unknown[] = [];
  const state = { status: 204 };
  const server = createServer((request: IncomingMessage, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.once('end', () => {
      told.push(JSON.parse(text));
      response.writeHead(state.status, { location: 'http://127.0.0.1:9/' }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { told, state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/reload?token=canary` };
}

test('a neighbour is told of each other set by a POST, again where it does not take it, and not for ever', async (t) => {
  const { told, state, url } = await neighbour(t);
  const { open, clock, lines } = start(t, { notifyUrl: url });
  const kept = open();
  const stop = run(t, kept);
  kept.keep((await sampleSecret()).set);
  await until('it was told', () => Promise.resolve(kept.notifier.counts.url.ok === 1));
  assert.deepEqual(told, [{ generation: 1 }]);
  state.status = 500;
  kept.keep((await sampleSecret()).set);
  for (let tries = 2; tries <= 6; tries += 1) {
    await until('it was tried', () => Promise.resolve(told.length === tries));
    await until('it waits', () => Promise.resolve(tries === 6 || clock.sleepers === 2));
    clock.advance(1_000);
  }
  await until('it was given up', () => Promise.resolve(kept.notifier.counts.url.failed === 1));
  assert.match(kept.notifier.problem ?? '', /the answer is 500/);
  assert.match(lines.join(''), /"level":"warn".*could not be told.*"tries":5/);
  assert.doesNotMatch(lines.join(''), /canary/);
  state.status = 200;
  kept.keep((await sampleSecret()).set);
  await until('it was told of the next', () => Promise.resolve(kept.notifier.counts.url.ok === 2));
  assert.equal(kept.notifier.problem, undefined);
  assert.deepEqual(told.at(-1), { generation: 3 });
  assert.equal(told.length, 7);
  await stop();
});

test('G3: who was not told because the sidecar died in between is told by the next one', async (t) => {
  const { told, url } = await neighbour(t);
  const { open, path } = start(t, { notifyUrl: url });
  const [first, second] = [(await sampleSecret()).set, (await sampleSecret()).set];
  // Another process, without anybody to tell, as if this one had died right after the swap.
  const dead = start(t, { path }).open();
  dead.keep(first);
  dead.keep(second);
  run(t, open());
  await until('it was told', () => Promise.resolve(told.length === 1));
  assert.deepEqual(told, [{ generation: 2 }]);
  run(t, open());
  // Whoever is told once more is told before this.
  await fetch(url, { method: 'POST', body: '{"generation":0}' });
  assert.deepEqual(told, [{ generation: 2 }, { generation: 0 }], 'once');
});

test('a process of a name is signalled, and one that is not there is said', async (t) => {
  const { spawn } = await import('node:child_process');
  const folder = mkdtempSync(join(tmpdir(), 'compass-signal-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const script = `trap 'echo told' HUP; echo ready; while :; do read -t 1 line < /dev/zero || true; sleep 0.05; done`;
  const name = `neighbour-${process.pid}`;
  const child = spawn('/bin/bash', ['-c', `exec -a ${name} bash -c "$0"`, script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until('it is there', () => Promise.resolve(said.includes('ready')));
  const there = start(t, { notifySignal: { signal: 'SIGHUP', process: name } }).open();
  run(t, there);
  there.keep((await sampleSecret()).set);
  await until('it was told', () => Promise.resolve(said.includes('told')));
  assert.equal(there.notifier.counts.signal.ok, 1);

  const { open, clock, lines } = start(t, { notifySignal: { signal: 'SIGHUP', process: 'nobody-of-that-name' } });
  const kept = open();
  run(t, kept);
  kept.keep((await sampleSecret()).set);
  await until('it was given up', () => {
    clock.advance(1_000);
    return Promise.resolve(kept.notifier.counts.signal.failed === 1);
  });
  assert.match(kept.notifier.problem ?? '', /no process nobody-of-that-name.*shareProcessNamespace/);
  assert.match(lines.join(''), /"level":"info","msg":"a neighbour could not be told/, 'the first set is no alarm');
});

test('I10: where the processes cannot be seen that is a failure to tell, and no defect', async () => {
  const telling = signalProcesses({ signal: 'SIGHUP', process: 'nginx' }, '/no/such/folder');
  await assert.rejects(telling, /ENOENT/);
});
