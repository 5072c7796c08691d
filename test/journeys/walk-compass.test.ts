import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMMANDS } from '../../plugin/commands.ts';
import { assertAlike, runInEveryFormat } from './walk/alike.ts';
import { startWorld } from './world.ts';

/** What is in the way, and what each line comes to: its exit code. A line begins with the words of its command. */
const AWAY: Readonly<Record<string, number>> = {
  status: 1,
  'check --category connector,director': 1,
  'cert check': 0,
  'diff --timeout 30s': 5,
  'sync --timeout 30s': 5,
  'cert renew --timeout 30s': 5,
  'cert verify --live --timeout 30s': 5,
};

const REFUSED: Readonly<Record<string, number>> = {
  status: 1,
  'check --category identity,director': 1,
  'cert check': 6,
  'diff --timeout 30s': 6,
  'sync --timeout 30s': 6,
  'cert renew --timeout 30s': 6,
  'cert verify --live --timeout 30s': 6,
  'reconnect --yes': 7,
  disconnect: 7,
  'cert revoke': 7,
};

const SILENT: Readonly<Record<string, number>> = {
  'diff --timeout 300ms': 124,
  'sync --timeout 300ms': 124,
  'cert renew --timeout 300ms': 124,
  'cert verify --live --timeout 300ms': 124,
  'status --until healthy --timeout 300ms': 124,
  'check --category agent --wait 300ms --timeout 300ms': 124,
};

/** What waits for an end. What watches has none, and its documents are of what it saw; see status's own tests. */
const WAITING = ['diff', 'sync', 'cert renew', 'status --until healthy', 'check --category agent --wait 1m'];

test('what Compass does, a dead sidecar, a time-out and Ctrl-C give one exit code in every format', async (t) => {
  const world = await startWorld(t);
  const folder = await mkdtemp(join(tmpdir(), 'compass-walk-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const env = { NODE_EXTRA_CA_CERTS: world.caFile };
  const kubeconfig = world.cluster.kubeconfigPath;
  await world.configure();
  const sidecar = world.start();
  await world.reaches('Synchronized');

  const walk = async (line: string, expected: number, interrupted?: () => AbortSignal) => {
    const entry = COMMANDS.find(({ name }) => line === name || line.startsWith(`${name} `));
    assert.ok(entry, line);
    const command = await entry.load();
    assertAlike(
      await runInEveryFormat(line.split(' '), command, kubeconfig, env, interrupted),
      expected,
      line,
      command,
    );
  };

  await t.test('Compass answers 503', async () => {
    for (const target of ['connectorMtls', 'director'] as const) world.simulator.faults.add({ target, status: 503 });
    await world.reaches('SynchronizationFailed');
    for (const [line, expected] of Object.entries(AWAY)) await walk(line, expected);
    world.simulator.faults.clear();
    // Not to wait until the sidecar tries again by itself.
    await walk('sync', 0);
  });

  await sidecar.kill();
  await t.test('the sidecar answers no more', async () => {
    for (const [line, expected] of Object.entries(SILENT)) await walk(line, expected);
  });

  await t.test('Ctrl-C, and SIGTERM', async () => {
    for (const line of WAITING) {
      await walk(line, 130, () => interruption('SIGINT'));
      await walk(line, 143, () => interruption('SIGTERM'));
    }
  });

  await t.test('Compass has revoked the certificate', async () => {
    world.start();
    world.simulator.revokeCertificates();
    await world.reaches('ConnectionFailed');
    for (const [line, expected] of Object.entries(REFUSED)) await walk(line, expected);
  });
});

/** As main.ts hands it in, a moment from now. */
function interruption(name: string): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(name), 100);
  return controller.signal;
}
