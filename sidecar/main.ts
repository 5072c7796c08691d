// Node as PID 1 ignores SIGTERM without a handler, so it is there before anything is loaded. A second signal changes
// nothing: what runs must not be cut.
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
// Without a handler SIGUSR1 opens an inspector, which shows keys and tokens to whoever connects.
process.on('SIGUSR1', () => undefined);
// By these a process ends that has no handler; there is nothing to read again, since every pass reads all anew.
for (const signal of ['SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => undefined);

// A reader is a program of its own, so that of the rest not even the text lies in its memory.
const isReader = process.env['APP_MODE']?.trim() === 'reader';
const { runProgram } = await (isReader ? import('./reader-program.ts') : import('./program.ts'));
await runProgram(stop);

export {};
