// Node as PID 1 ignores SIGTERM without a handler, so it is there before anything is loaded. A second signal changes
// nothing: what runs must not be cut.
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
// Without a handler SIGUSR1 opens an inspector, which shows keys and tokens to whoever connects.
process.on('SIGUSR1', () => undefined);

const { systemClock } = await import('#common/clock.ts');
const { THIS_NODE } = await import('./config/running-node.ts');
const { runSidecar } = await import('./sidecar.ts');

process.exitCode = await runSidecar({
  env: process.env,
  write: (line) => process.stdout.write(line),
  clock: systemClock,
  random: Math.random,
  stopping: stop.signal,
  node: THIS_NODE,
});

export {};
