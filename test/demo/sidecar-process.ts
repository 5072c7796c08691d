import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../sidecar/main.ts', import.meta.url));

const KEPT_LINES = 200;

/** It finishes what it must not cut; nothing in the demo takes as long. */
const STOPPED_WITHIN_MS = 20_000;

/** Settings that a person may give the demo without changing its course. */
const LET_THROUGH = ['APP_KEY_SIZE', 'APP_LOG_LEVEL'];

/** What the person's own shell says, without what would configure the sidecar or Node in an unforeseen way. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_TLS_REJECT_UNAUTHORIZED: _reject, ...kept } = process.env;
  const isHarmless = (name: string) => !name.startsWith('APP_') || LET_THROUGH.includes(name);
  const inherited = Object.fromEntries(Object.entries(kept).filter(([name]) => isHarmless(name)));
  const direct = 'localhost,127.0.0.1';
  const noProxy = kept['NO_PROXY'] ?? kept['no_proxy'];
  return { ...inherited, NO_PROXY: noProxy ? `${noProxy},${direct}` : direct };
}

/** The sidecar as a process of its own, from source, configured by its environment alone. */
export class SidecarProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #lines: string[] = [];

  constructor(settings: Readonly<Record<string, string>>, logFile: string) {
    const env = { ...inheritedEnvironment(), ...settings };
    this.#child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    // An error of spawning is followed by no exit.
    this.#exited = Promise.race([once(this.#child, 'close'), once(this.#child, 'error')]).catch(() => undefined);
    const log = createWriteStream(logFile, { mode: 0o600 });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (!stream) continue;
      stream.pipe(log, { end: false });
      createInterface({ input: stream }).on('line', (line) => this.#keep(line));
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Its last log lines, oldest first. */
  lastLines(count: number): readonly string[] {
    return this.#lines.slice(-count);
  }

  /** Throws where it has ended. */
  assertRuns(): void {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) return;
    throw new Error(`the sidecar ended with ${signalCode ?? exitCode}`);
  }

  /** SIGTERM, as Kubernetes does it; gives the exit code, or null where it had to be killed. */
  async stop(): Promise<number | null> {
    const isRunning = this.#child.exitCode === null && this.#child.signalCode === null;
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), STOPPED_WITHIN_MS);
    if (isRunning) this.#child.kill('SIGTERM');
    await this.#exited;
    clearTimeout(killer);
    return this.#child.exitCode;
  }

  #keep(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
  }
}
