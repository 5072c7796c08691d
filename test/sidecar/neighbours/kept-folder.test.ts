import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import { jsonLog } from '#common/log.ts';
import type { ConnectionFile } from '#common/resources/connection-file.ts';
import { KeptFolder, type KeptFolderOptions } from '../../../sidecar/neighbours/kept-folder.ts';
import { signalProcesses } from '../../../sidecar/neighbours/signal-processes.ts';
import { isInMemory } from '../../../sidecar/neighbours/usable-folder.ts';
import { until } from '../../cluster/until.ts';
import { ManualClock } from '../manual-clock.ts';
import { memoryFolder } from './memory-folder.ts';
import { sampleSecret } from './sample-set.ts';

type Settings = Partial<KeptFolderOptions['config']> & { readonly path?: string; readonly roots?: readonly string[] };

/** A folder that is kept, in this process and on the test's clock. */
function start(t: TestContext, { path = memoryFolder(t), roots = [], ...settings }: Settings = {}) {
  const clock = new ManualClock(Date.now());
  const lines: string[] = [];
  const log = jsonLog(
    (line) => lines.push(line),
    'debug',
    () => clock.now(),
  );
  const config = { credentialsFileMode: 0o440, notifyUrl: undefined, notifySignal: undefined, ...settings };
  const open = () => KeptFolder.open({ path, config, roots, clock, random: () => 0, log });
  const connection = () => JSON.parse(readFileSync(join(path, 'connection.json'), 'utf8')) as ConnectionFile;
  return { path, clock, lines, open, connection };
}

/** As it lives in the process: `stop` is SIGTERM. */
function run(t: TestContext, kept: KeptFolder): () => Promise<void> {
  const stopping = new AbortController();
  const running = kept.run(stopping.signal);
  const stop = () => {
    stopping.abort();
    return running;
  };
  t.after(stop);
  return stop;
}

test('the generation rises with each other set, and goes on where it was after a restart', async (t) => {
  const { path, open, connection } = start(t);
  const [first, second] = [(await sampleSecret()).set, (await sampleSecret()).set];
  const kept = open();
  assert.equal(kept.generation, 0);
  kept.keep(first);
  kept.keep(first);
  assert.equal(connection().generation, 1);
  kept.keep(second);
  assert.equal(connection().generation, 2);
  const again = open();
  assert.equal(again.generation, 2);
  const set = readlinkSync(join(path, '..data'));
  again.keep(second);
  assert.equal(readlinkSync(join(path, '..data')), set, 'nothing was written');
  again.keep(first);
  assert.equal(connection().generation, 3);
});

test('what somebody damaged in the folder is mended when the Secret is looked at again', async (t) => {
  const { path, open, connection } = start(t);
  const { set } = await sampleSecret();
  const kept = open();
  kept.keep(set);
  const key = readFileSync(join(path, 'tls.key'), 'utf8');
  rmSync(join(path, 'tls.key'));
  kept.keep(set);
  assert.equal(readFileSync(join(path, 'tls.key'), 'utf8'), key);
  chmodSync(join(path, 'connection.json'), 0o640);
  writeFileSync(join(path, 'connection.json'), 'damaged');
  kept.keep(set);
  assert.equal(connection().fingerprint, set.credential.fingerprint);
});

test('ca.crt has the issuers, and then the roots that the settings name', async (t) => {
  const { caPem, set } = await sampleSecret();
  const other = await sampleSecret();
  const { path, open } = start(t, { roots: [other.caPem.trim()] });
  open().keep(set);
  assert.equal(readFileSync(join(path, 'ca.crt'), 'utf8'), `${caPem.trim()}\n${other.caPem.trim()}\n`);
});

test('what was swapped out goes ten seconds later', async (t) => {
  const { path, open, clock } = start(t);
  const [first, second] = [(await sampleSecret()).set, (await sampleSecret()).set];
  const kept = open();
  run(t, kept);
  kept.keep(first);
  kept.keep(second);
  const setsThere = () => readdirSync(path).filter((name) => /^\.\.\d/.test(name)).length;
  await until('it waits', () => Promise.resolve(clock.sleepers === 1));
  clock.advance(9_000);
  assert.equal(setsThere(), 2);
  clock.advance(1_000);
  await until('the first is gone', () => Promise.resolve(setsThere() === 1));
});

test('where something is in the way of a file, tries do not fill the volume, and it goes on when that is gone', async (t) => {
  const { path, open, clock, connection } = start(t);
  const { set } = await sampleSecret();
  // As the kubelet leaves it for a container that mounts `subPath: tls.crt` before there is one.
  mkdirSync(join(path, 'tls.crt'));
  const kept = open();
  run(t, kept);
  kept.keep(set);
  assert.match(kept.problem ?? '', /cannot be written: EISDIR/);
  const setsThere = () => readdirSync(path).filter((name) => /^\.\.\d/.test(name)).length;
  for (let tries = 0; tries < 20; tries += 1) {
    await until('it waits', () => Promise.resolve(clock.sleepers === 1));
    clock.advance(10_000);
  }
  await until('it waits', () => Promise.resolve(clock.sleepers === 1));
  assert.ok(setsThere() <= 2, `${setsThere()} sets are there`);
  rmdirSync(join(path, 'tls.crt'));
  kept.keep({ ...set });
  assert.deepEqual([kept.problem, connection().fingerprint], [undefined, set.credential.fingerprint]);
});

test('a folder that is not there, is none, or cannot be written to stops the start, and says what to do', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'compass-unusable-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const refusal = (path: string) => {
    try {
      start(t, { path }).open();
    } catch (error) {
      assert.ok(error instanceof CompassError);
      assert.equal(error.reason, 'InvalidSetting');
      return error.message;
    }
    return assert.fail(`accepted: ${path}`);
  };
  assert.match(
    refusal(join(folder, 'missing')),
    /^APP_CREDENTIALS_FOLDER is ".*missing", allowed: .*no such folder: mount/,
  );
  assert.match(refusal(file), /it is no folder/);
  assert.match(refusal(join(file, 'below')), /a part of it is no folder/);
  assert.match(refusal('/proc/self'), /cannot be written to|may not write|no such folder/);
  assert.deepEqual(readdirSync(folder), ['file'], 'nothing is left of the try');
});

test('a folder on a disk is warned about', {
  skip: isInMemory(tmpdir()) !== false && 'the machine’s own is in memory',
}, (t) => {
  const path = mkdtempSync(join(tmpdir(), 'compass-disk-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  const { open, lines } = start(t, { path });
  open();
  assert.match(lines.join(''), /not in memory.*emptyDir with medium Memory/);
});

const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

test('P24: on a volume that is full the old files stay, it is said and not ready, and goes on when there is room', {
  skip: !mayMount && 'mounting takes root',
}, async (t) => {
  const path = mkdtempSync(join(tmpdir(), 'compass-full-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', path]);
  t.after(() => {
    execFileSync('umount', [path]);
    rmSync(path, { recursive: true });
  });
  const { open, clock, connection, lines } = start(t, { path });
  const [first, second] = [(await sampleSecret()).set, (await sampleSecret()).set];
  const kept = open();
  run(t, kept);
  kept.keep(first);
  const ballast = join(path, 'of-somebody');
  const before = readdirSync(path).toSorted();
  assert.throws(() => writeFileSync(ballast, Buffer.alloc(1_000_000)), { code: 'ENOSPC' });
  kept.keep(second);
  assert.match(kept.problem ?? '', /cannot be written: ENOSPC/);
  assert.match(lines.join(''), /not up to date.*ENOSPC/);
  assert.equal(connection().fingerprint, first.credential.fingerprint);
  rmSync(ballast);
  assert.deepEqual(readdirSync(path).toSorted(), before, 'nothing is left of the try');
  await until('it waits', () => Promise.resolve(clock.sleepers === 1));
  clock.advance(1_000);
  await until('it was written', () => Promise.resolve(kept.problem === undefined));
  assert.equal(connection().fingerprint, second.credential.fingerprint);
  assert.equal(connection().generation, 2);
});

test('P24: on a volume that became read-only the old files stay, and it is said', {
  skip: !mayMount && 'mounting takes root',
}, async (t) => {
  const path = mkdtempSync(join(tmpdir(), 'compass-read-only-'));
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', path]);
  t.after(() => {
    execFileSync('umount', [path]);
    rmSync(path, { recursive: true });
  });
  const { open, connection } = start(t, { path });
  const [first, second] = [(await sampleSecret()).set, (await sampleSecret()).set];
  const kept = open();
  kept.keep(first);
  execFileSync('mount', ['-o', 'remount,ro', path]);
  kept.keep(second);
  assert.match(kept.problem ?? '', /EROFS/);
  assert.equal(connection().fingerprint, first.credential.fingerprint);
  assert.throws(open, /it is read-only: mount it without readOnly/);
});

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
  assert.equal(told.length, 1, 'once');
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
