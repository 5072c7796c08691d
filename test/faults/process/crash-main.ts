import { appendFileSync } from 'node:fs';
import { CALLS, type TracedCall } from '#common/calls.ts';
import { runSidecar } from '../../../sidecar/sidecar.ts';
import { jumpingClock, STEP_MS } from './jumping-clock.ts';
import { pointNames } from './point-names.ts';

/**
 * The sidecar as sidecar/main.ts runs it, with what the product does not have: at a point, which is a moment before or after
 * one call of the API server or of Compass, it dies of SIGKILL (COMPASS_CRASH_AT), gets SIGTERM (COMPASS_TERM_AT), or sleeps
 * a minute away in no time (COMPASS_JUMP_AT). The points that it passes go to the file of COMPASS_TRACE_FILE.
 */
const { COMPASS_CRASH_AT, COMPASS_TERM_AT, COMPASS_JUMP_AT, COMPASS_TRACE_FILE, ...env } = process.env;

const A_MINUTE_MS = 61_000;
const LEASE_KEPT = 'after cluster update leases';
let leftMs = 0;
const clock = jumpingClock();
const stop = new AbortController();
process.on('SIGTERM', () => {
  stop.abort();
  setTimeout(tellWhatLasts, A_MINUTE_MS).unref();
});

/** For whoever finds that it does not end. */
function tellWhatLasts(): void {
  process.stderr.write(`a minute after SIGTERM it waits for: ${process.getActiveResourcesInfo().join(', ')}\n`);
}

function reach(point: string): void {
  if (COMPASS_TRACE_FILE) appendFileSync(COMPASS_TRACE_FILE, `${point}\n`);
  if (point === COMPASS_CRASH_AT) process.kill(process.pid, 'SIGKILL');
  if (point === COMPASS_TERM_AT) process.kill(process.pid, 'SIGTERM');
  if (point === COMPASS_JUMP_AT) leftMs = A_MINUTE_MS;
  if (point === COMPASS_JUMP_AT || point.startsWith(LEASE_KEPT)) setImmediate(jumpOn);
}

/** In steps between which the Lease is kept, as it would be in a real minute. */
function jumpOn(): void {
  if (leftMs <= 0) return;
  leftMs -= STEP_MS;
  clock.jump(STEP_MS);
}

const nameOf = pointNames();
const names = new WeakMap<TracedCall, string>();
const ignore = () => undefined;
CALLS.subscribe({
  start(call) {
    const name = nameOf(call);
    names.set(call, name);
    reach(`before ${name}`);
  },
  end: ignore,
  asyncStart: ignore,
  asyncEnd: (call) => reach(`after ${names.get(call)}`),
  error: ignore,
});

process.exitCode = await runSidecar({
  env,
  write: (line) => process.stdout.write(line),
  clock,
  random: Math.random,
  stopping: stop.signal,
});
