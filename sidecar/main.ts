// Node as PID 1 ignores SIGTERM without a handler, so it is there before anything is loaded. A second signal changes
// nothing: what runs must not be cut.
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
// Without a handler SIGUSR1 opens an inspector, which shows keys and tokens to whoever connects.
process.on('SIGUSR1', () => undefined);
// By these a process ends that has no handler; there is nothing to read again, since every pass reads all anew.
for (const signal of ['SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => undefined);

const { systemClock } = await import('#common/clock.ts');
const { errorFields, jsonLog } = await import('#common/log.ts');
const { THIS_NODE } = await import('./config/running-node.ts');
const { runSidecar } = await import('./sidecar.ts');
const { keepHeapSmall, stopOptimizing } = await import('./heap.ts');
const { getCACertificates, setDefaultCACertificates } = await import('node:tls');

stopOptimizing();

const write = (line: string) => process.stdout.write(line);
// Whoever reads the log may go away; what is kept goes on, and a word about it would have nowhere to go either.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
// Node would print the error with all that hangs on it. What is under way is stored, and the kubelet starts a new process.
process.on('uncaughtException', (error) => {
  jsonLog(write, 'error', systemClock.now).error('stopping: a defect of the program', errorFields(error));
  process.exitCode = 1;
  stop.abort();
});

const exitCode = await runSidecar({
  env: process.env,
  write,
  clock: systemClock,
  random: Math.random,
  stopping: stop.signal,
  node: THIS_NODE,
  // One store of roots for all credentials; of those with roots of their own each has a copy, of more than a megabyte.
  trust: (roots) => setDefaultCACertificates([...getCACertificates('default'), ...roots]),
  keepSmall: (isBusy, signal) => keepHeapSmall({ clock: systemClock, isBusy }, signal),
});
process.exitCode ||= exitCode;

export {};
