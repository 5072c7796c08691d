import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { systemClock } from '#common/clock.ts';
import { LEASE } from '#common/cluster/objects.ts';
import type { Lease } from '#common/resources/lease.ts';
import { until } from '../../cluster/until.ts';
import type { SidecarProcess } from '../../journeys/sidecar-process.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';

/** What a quota of 100m gives: so much processor time in each period (the kernel's default), then nothing until the next. */
const PERIOD_MS = 100;
const QUOTA_MS = 10;
const LOOK_MS = 2;

/** Longer than the Lease lasts. */
const STARVED_MS = 15_000;
const LONGEST_ANSWER_MS = 2_000;

/** Above what the watchdog tolerates; the row's 30 s differ from it in nothing that can be seen. */
const BLOCKED_MS = 12_000;

/** The processor time that all threads of a process have had. */
function usedMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const times = readdirSync(tasks).map((id) => {
    try {
      return Number(readFileSync(`${tasks}/${id}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      return 0; // The thread has just ended.
    }
  });
  return times.reduce((sum, ns) => sum + ns / 1e6, 0);
}

/**
 * Stops a process once it has used its quota of a period, as the kernel does, until the signal; returns how often. The
 * quota is of processor time: beside other work on the machine, a tenth of the clock's time would be far less than 100m.
 */
async function starve(child: ChildProcess, signal: AbortSignal): Promise<number> {
  assert.ok(child.pid);
  let [left, used, stops, isStopped] = [QUOTA_MS, usedMs(child.pid), 0, false];
  let periodEndsMs = systemClock.monotonicMs() + PERIOD_MS;
  try {
    while (!signal.aborted) {
      const nowUsed = usedMs(child.pid);
      left -= nowUsed - used;
      used = nowUsed;
      if (systemClock.monotonicMs() >= periodEndsMs) {
        periodEndsMs = systemClock.monotonicMs() + PERIOD_MS;
        // What a late look let it have beyond its quota costs it the next period, and no more.
        left = Math.min(QUOTA_MS, Math.max(left, -QUOTA_MS) + QUOTA_MS);
      }
      if (left <= 0 !== isStopped) {
        isStopped = !isStopped;
        child.kill(isStopped ? 'SIGSTOP' : 'SIGCONT');
        if (isStopped) stops += 1;
      }
      await systemClock.sleep(LOOK_MS);
    }
  } finally {
    child.kill('SIGCONT');
  }
  return stops;
}

interface Probed {
  readonly status: number | undefined;
  readonly text: string;
  readonly tookMs: number;
}

/** As the kubelet asks: `undefined` where no answer comes in time. */
function probe({ lines }: SidecarProcess, path: string, timeoutMs: number): Promise<Probed> {
  const port = Number(lines.find(({ msg }) => msg === 'started')?.['healthPort']);
  const startedMs = systemClock.monotonicMs();
  return new Promise((resolve) => {
    let text = '';
    const end = (status: number | undefined) =>
      resolve({ status, text, tookMs: systemClock.monotonicMs() - startedMs });
    const request = get({ host: '127.0.0.1', port, path, agent: false, timeout: timeoutMs }, (response) => {
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => end(response.statusCode));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => end(undefined));
  });
}

async function leaseOf({ cluster: { cluster } }: FaultWorld) {
  const ref = { kind: LEASE, namespace: 'compass-system', name: 'compass-connection-lease' };
  return (await cluster.find<Lease>(ref))?.spec ?? {};
}

async function connect(world: FaultWorld): Promise<SidecarProcess> {
  const sidecar = world.start();
  await world.configure();
  await world.reaches('Synchronized');
  return sidecar;
}

row('L2', 'with a tenth of a CPU the Lease is kept, and probes are answered within 2 seconds', async (world) => {
  const sidecar = await connect(world);
  const before = await leaseOf(world);
  const fed = new AbortController();
  const starving = starve(sidecar.child, fed.signal);
  const answers: Probed[] = [];
  const renewals = new Set<string | null | undefined>();
  const endsMs = systemClock.monotonicMs() + STARVED_MS;
  while (systemClock.monotonicMs() < endsMs) {
    answers.push(await probe(sidecar, '/livez', 2 * LONGEST_ANSWER_MS));
    answers.push(await probe(sidecar, '/readyz', 2 * LONGEST_ANSWER_MS));
    const { holderIdentity, leaseTransitions, renewTime } = await leaseOf(world);
    assert.deepEqual([holderIdentity, leaseTransitions], [before.holderIdentity, before.leaseTransitions]);
    renewals.add(renewTime);
    await systemClock.sleep(PERIOD_MS);
  }
  fed.abort();
  const stops = await starving;
  assert.ok(stops >= 3, `it was stopped ${stops} times`);
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  const slowest = Math.max(...answers.map(({ tookMs }) => tookMs));
  assert.ok(slowest < LONGEST_ANSWER_MS, `one probe took ${slowest} ms`);
  assert.ok(renewals.size >= 3, `the Lease was renewed ${renewals.size - 1} times`);
});

row('L3', 'while the event loop is blocked no probe is answered, and the next answer says so', async (world) => {
  const sidecar = await connect(world);
  assert.equal((await probe(sidecar, '/livez', LONGEST_ANSWER_MS)).status, 200);
  sidecar.child.kill('SIGSTOP');
  const endsMs = systemClock.monotonicMs() + BLOCKED_MS;
  assert.equal((await probe(sidecar, '/livez', LONGEST_ANSWER_MS)).status, undefined);
  const waiting = probe(sidecar, '/livez', 2 * BLOCKED_MS);
  await systemClock.sleep(endsMs - systemClock.monotonicMs());
  sidecar.child.kill('SIGCONT');
  const { status, text } = await waiting;
  assert.equal(status, 503);
  assert.match(text, /the event loop was blocked for 1\d/);
  // It goes on by itself where nobody restarts it.
  await until('it is live again', async () => (await probe(sidecar, '/livez', LONGEST_ANSWER_MS)).status === 200);
  await world.reaches('Synchronized');
});
