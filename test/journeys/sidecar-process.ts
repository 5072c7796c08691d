import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../sidecar/main.ts', import.meta.url));

/** One line of the sidecar's log. */
export type LogLine = { readonly level: string; readonly msg: string } & Readonly<Record<string, unknown>>;

/** The sidecar as its own process, from source unless said, configured by its environment alone. */
export interface SidecarProcess {
  readonly lines: readonly LogLine[];
  /** Everything that it printed, to either stream. */
  readonly output: () => string;
  /** SIGTERM, and the exit code that it ends with. */
  stop(): Promise<number | null>;
  /** SIGKILL: as a node that loses its power. */
  kill(): Promise<void>;
  readonly child: ChildProcess;
}

/**
 * Starts it with nothing of this process's environment but the path and the compile cache. `command` is what Node is given:
 * its flags, and the program; or what another `program` is given, which becomes the sidecar.
 */
export function startSidecar(
  env: Readonly<Record<string, string>>,
  command: readonly string[] = [MAIN],
  program: string = process.execPath,
): SidecarProcess {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(program, command, {
    env: { PATH, NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: string[] = [];
  const lines: LogLine[] = [];
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    chunks.push(chunk);
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) lines.push(JSON.parse(line) as LogLine);
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  return {
    child,
    lines,
    output: () => chunks.join(''),
    async stop() {
      child.kill('SIGTERM');
      return (await ended)[0];
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
