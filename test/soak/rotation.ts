import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { systemClock } from '#common/clock.ts';
import { buildProgram } from '../../.scripts/build.ts';
import { type FaultWorld, startFaultWorld } from '../faults/world.ts';
import { CLIENT, CONNECTION } from '../journeys/world.ts';
import { containerRun } from '../sidecar/deploy/container-run.ts';
import type { LoggedRequest } from '../simulator/request-log.ts';
import { askDirector, WHO } from '../simulator/tests/director.ts';
import { growthOf, leastOf, median } from './trend.ts';

/**
 * Certificates of 60 seconds, renewed one after the other by the built sidecar with the container's flags, in real time: each
 * is used for the ten seconds that any certificate serves at least, by the sidecar and by a neighbour that reads the Secret.
 */
const ROTATIONS = Number(process.env['ROTATIONS'] ?? 50);
/** Instead of when it is due, each is renewed by an order, as soon as the neighbour has used it a few times. */
const ORDERED = process.env['RENEWALS'] === 'ordered';
const USES = 4;
const LIFETIME_SECONDS = 60;
const ONE_TAKES_MS = 20_000;
const PERIOD_MS = 1_000;
const SAMPLE_MS = 250;
/**
 * The process grows by ten megabytes with a renewal and gives them back seconds later. What it keeps is the least of a window
 * in which it has done so more than once; all looks together tell how the two fell on each other, and not of a leak.
 */
const WINDOW = 30_000 / SAMPLE_MS;

interface Sample {
  readonly rssKb: number;
  readonly descriptors: number;
}

function sampleOf(pid: number): Sample {
  const [, rss = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return { rssKb: Number(rss), descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

async function startBuilt(t: TestContext, world: FaultWorld): Promise<{ pid: number; output: () => string }> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-soak-'));
  await buildProgram('sidecar', folder);
  const env = world.env({ APP_CERT_VALIDITY_RENEWAL_THRESHOLD: '0.95', APP_LOG_LEVEL: 'info' });
  const run = await containerRun();
  const program = join(folder, 'sidecar', 'main.js');
  const child = spawn(process.execPath, [...run.flags, program], {
    env: { ...run.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  t.after(async () => {
    child.kill();
    await ended;
    await rm(folder, { recursive: true });
  });
  assert.ok(child.pid);
  return { pid: child.pid, output: () => output };
}

/** What a workload beside the sidecar does: reads the Secret, and calls the Director with what it holds. */
async function neighbour(world: FaultWorld, signal: AbortSignal): Promise<{ reads: number; identities: number }> {
  const uses = new Map<string, number>();
  let reads = 0;
  while (!signal.aborted) {
    const { crt = '', key = '', crtChain = '' } = (await world.secret(CLIENT.namespace, CLIENT.name)) ?? {};
    assert.ok(new X509Certificate(crt).checkPrivateKey(createPrivateKey(key)), 'a mismatched pair was read');
    const { simulator } = world;
    const { data, text } = await askDirector(simulator, { cert: crtChain, key }, WHO, { id: simulator.runtimeId });
    assert.deepEqual(data, { runtime: { id: simulator.runtimeId } }, text);
    const { fingerprint256 } = new X509Certificate(crt);
    const used = (uses.get(fingerprint256) ?? 0) + 1;
    uses.set(fingerprint256, used);
    reads += 1;
    // One that comes while the one before is being concluded is taken for that one: then another follows.
    if (ORDERED && used % USES === 0) {
      await world.cluster.cluster.mergePatch(CONNECTION, { spec: { refreshCredentialsNow: true } });
    }
    await systemClock.sleep(PERIOD_MS / 2, signal);
  }
  return { reads, identities: uses.size };
}

function isFailed({ outcome }: LoggedRequest): boolean {
  return outcome !== 'ok' && outcome !== 'pending';
}

test(`${ROTATIONS} renewals of certificates that live ${LIFETIME_SECONDS} s`, async (t) => {
  const world = await startFaultWorld(t);
  const { simulator } = world;
  simulator.switches.certificateLifetimeSeconds = LIFETIME_SECONDS;
  for (const name of ['orders', 'customers']) simulator.landscape.createApplication({ name });
  await world.configure();
  const { pid, output } = await startBuilt(t, world);
  await world.reaches('Synchronized');

  const over = new AbortController();
  const reading = neighbour(world, over.signal);
  const samples: Sample[] = [];
  const failed = new Set<LoggedRequest>();
  const deadlineMs = performance.now() + ROTATIONS * ONE_TAKES_MS;
  while (simulator.certificates.list().length <= ROTATIONS) {
    assert.ok(
      performance.now() < deadlineMs,
      `${simulator.certificates.list().length} certificates in time\n${output()}`,
    );
    for (const request of simulator.requests.list()) if (isFailed(request)) failed.add(request);
    for (let ms = 0; ms < PERIOD_MS; ms += SAMPLE_MS) {
      samples.push(sampleOf(pid));
      await systemClock.sleep(SAMPLE_MS);
    }
  }
  over.abort();
  const { reads, identities } = await reading;

  assert.deepEqual([...failed], [], output());
  assert.ok(identities >= ROTATIONS - 1, `the neighbour saw ${identities} certificates`);
  const tenth = Math.ceil(samples.length / 10);
  const early = median(samples.slice(tenth, 2 * tenth).map(({ descriptors }) => descriptors));
  const late = Math.min(...samples.slice(-tenth).map(({ descriptors }) => descriptors));
  const half = samples.slice(Math.floor(samples.length / 2)).map(({ rssKb }) => rssKb);
  const kept = leastOf(half, WINDOW);
  const growth = growthOf(kept);
  // The log keeps the last ten thousand, and each has its number.
  const calls = simulator.requests.list().at(-1)?.number;
  t.diagnostic(`${reads} reads and calls of a neighbour; ${calls} calls of Compass, none failed`);
  t.diagnostic(
    `descriptors ${early} and ${late}; RSS ${Math.round(median(half) / 1024)} MiB, kept ${Math.round(median(kept) / 1024)}, growth over the last half ${(growth * 100).toFixed(2)} %`,
  );
  // A connection more or less is kept alive at the moment of a look; what is never closed is there at every look.
  assert.ok(late <= early, `descriptors grew from ${early} to ${late}`);
  assert.ok(growth < 0.01, `RSS grew by ${(growth * 100).toFixed(2)} % over the last half`);
});
