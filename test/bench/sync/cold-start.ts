import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { systemClock } from '#common/clock.ts';
import { LEASE } from '#common/cluster/objects.ts';
import { freePorts } from '../../cluster/genuine/ports.ts';
import { median } from '../median.ts';
import { readAudit } from './audit.ts';
import { Rounds } from './rounds.ts';
import { judge, type Row } from './row.ts';
import type { SidecarProgram } from './sidecar-program.ts';
import { LANDSCAPE, type SyncBench, startSyncBench } from './world.ts';

const STARTS = 20;
const APPLICATIONS = 10;
/** What it watches from the beginning: the connection, its two Secrets, and the ConfigMap that can take one's place. */
const WATCHES = 4;
const LEASE_OF_CONNECTION = { kind: LEASE, namespace: 'compass-system', name: 'compass-connection-lease' };
const SETTLE_MS = 200;

/**
 * From the start of a process until it is ready as leader and all of its watches are open, beside a bare Node's start and end.
 * Compass takes connections, and says nothing.
 */
export async function coldStart(program: SidecarProgram): Promise<readonly Row[]> {
  await using bench = await startSyncBench({ audit: true });
  await bench.simulator.generate(APPLICATIONS, LANDSCAPE);
  await bench.configure();
  await connectOnce(bench, program);
  bench.simulator.fallSilent();
  const coldMs: number[] = [];
  const bareMs: number[] = [];
  // the first of each fills the caches of files
  for (let start = -1; start < STARTS; start++) {
    const [cold, bare] = [await startOnce(bench, program, start), await bareStart()];
    if (start >= 0) {
      coldMs.push(cold);
      bareMs.push(bare);
    }
  }
  return [
    judge({
      what: 'cold start to ready',
      figure: median(coldMs) / 1_000,
      unit: 's',
      by: { name: "bare Node's start", figure: median(bareMs) / 1_000 },
      bar: { atMost: 0.4, ratioAtMost: 6 },
    }),
  ];
}

async function connectOnce(bench: SyncBench, program: SidecarProgram): Promise<void> {
  await using sidecar = program.start(bench.env);
  await new Rounds(bench, sidecar).next();
}

/** In milliseconds. Each start is another Pod's, and nobody has the Lease. */
async function startOnce(bench: SyncBench, program: SidecarProgram, number: number): Promise<number> {
  const [port = 0] = await freePorts(1);
  const startedAtMs = Date.now();
  const sidecar = program.start({
    ...bench.env,
    POD_NAME: `compass-sidecar-${number + 1}`,
    APP_HEALTH_PORT: String(port),
  });
  await ready(port, () => sidecar.assertRuns());
  const readyMs = performance.now() - sidecar.startedMs;
  // its watches are written down when they end
  await systemClock.sleep(SETTLE_MS);
  await sidecar.kill();
  await bench.cluster.delete(LEASE_OF_CONNECTION);
  await systemClock.sleep(SETTLE_MS);
  const watches = (await readAudit(bench.auditLog)).filter(
    ({ verb, receivedUs }) => verb === 'watch' && receivedUs >= startedAtMs * 1_000,
  );
  if (watches.length < WATCHES) throw new Error(`${watches.length} watches were open, not ${WATCHES}`);
  const [last = 0] = watches.slice(WATCHES - 1).map(({ receivedUs }) => receivedUs / 1_000 - startedAtMs);
  return Math.max(readyMs, last);
}

const LONGEST_START_MS = 20_000;

async function ready(port: number, assertRuns: () => void): Promise<void> {
  const untilMs = performance.now() + LONGEST_START_MS;
  while ((await readiness(port)) !== 'ok: leading') {
    assertRuns();
    if (performance.now() > untilMs) throw new Error(`the sidecar was not ready in time: ${await readiness(port)}`);
    await systemClock.sleep(2);
  }
}

/** What it says; nothing while it does not listen. */
function readiness(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get({ port, path: '/readyz' }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve(Buffer.concat(chunks).toString().trim()));
    });
    request.on('error', () => resolve(undefined));
  });
}

/** In milliseconds. */
async function bareStart(): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['--eval', '0'], { stdio: 'ignore' });
  await once(child, 'exit');
  return performance.now() - startedMs;
}
