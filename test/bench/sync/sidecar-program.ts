import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { buildProgram } from '../../../.scripts/build.ts';
import { containerRun } from '../../sidecar/deploy/container-run.ts';
import { endsWithUs } from './ends-with-us.ts';
import type { MemoryCgroup } from './process-memory.ts';

/** The built sidecar, which lies in a folder. */
export interface SidecarProgram {
  start(env: Readonly<Record<string, string>>, options?: StartOptions): RunningSidecar;
}

interface StartOptions {
  readonly cgroup?: MemoryCgroup | undefined;
  /** Flags of Node beside the container's. */
  readonly flags?: readonly string[];
}

/** A line of its log. */
export type LogLine = Readonly<Record<string, unknown>>;

export interface RunningSidecar extends AsyncDisposable {
  readonly pid: number;
  readonly startedMs: number;
  readonly lines: readonly LogLine[];
  /** Throws, with the end of its log, where it has ended. */
  assertRuns(): void;
  /** As the kubelet does. */
  stop(): Promise<void>;
  /** Without a chance to clean up. */
  kill(): Promise<void>;
}

/** Builds it, and runs it as sidecar/deploy/deployment.yaml says. */
export async function buildSidecar(folder: string): Promise<SidecarProgram> {
  await buildProgram('sidecar', folder);
  const main = join(folder, 'sidecar', 'main.js');
  const run = await containerRun();
  return {
    start(env, { cgroup, flags = [] } = {}) {
      const command = [process.execPath, ...run.flags, ...flags, main];
      const [program = '', ...args] = cgroup ? ['sh', '-c', `${cgroup.enter}; exec "$@"`, 'sh', ...command] : command;
      const startedMs = performance.now();
      const child = spawn(program, args, { env: { ...run.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
      return running(endsWithUs(child), startedMs);
    },
  };
}

function running(child: ChildProcess, startedMs: number): RunningSidecar {
  const lines: LogLine[] = [];
  const reader = createInterface({ input: child.stdout ?? Readable.from([]) });
  reader.on('line', (line) => lines.push(JSON.parse(line) as LogLine));
  const ended = once(child, 'exit');
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    await ended;
  };
  return {
    pid: child.pid ?? 0,
    startedMs,
    lines,
    assertRuns() {
      if (child.exitCode === null && child.signalCode === null) return;
      const tail = lines.slice(-5).map((line) => JSON.stringify(line));
      throw new Error([`the sidecar ended: ${child.signalCode ?? child.exitCode}`, ...tail].join('\n'));
    },
    stop,
    kill: () => stop('SIGKILL'),
    [Symbol.asyncDispose]: stop,
  };
}
