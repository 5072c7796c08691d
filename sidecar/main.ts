import { systemClock } from '#common/clock.ts';
import { runSidecar } from './sidecar.ts';

// Node as PID 1 ignores SIGTERM without a handler. A second signal changes nothing: what runs must not be cut.
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());

process.exitCode = await runSidecar({
  env: process.env,
  write: (line) => process.stdout.write(line),
  clock: systemClock,
  random: Math.random,
  stopping: stop.signal,
});
