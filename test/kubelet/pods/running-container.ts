import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { endsWithUs } from '../../bench/sync/ends-with-us.ts';
import { timeText } from '../controllers/condition.ts';
import type { Container, Probe } from '../pod.ts';
import type { Ports } from './ports.ts';
import { probe } from './probe.ts';

/** What a container is started with. */
export interface Start {
  /** A program with its arguments, or nothing that runs. */
  readonly command: readonly string[] | 'idle';
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface ContainerOptions {
  readonly container: Container;
  readonly ports: Ports;
  /** Whether it is started again when it ends: always, or where it ended with an error. */
  readonly restarts: 'Always' | 'OnFailure' | 'Never';
  readonly prepare: () => Promise<Start>;
  readonly onLine: (line: string) => void;
  readonly onRestart: () => void;
  /** Its state is another one. */
  readonly onChange: () => void;
}

type State = Readonly<Record<'waiting' | 'running' | 'terminated', Readonly<Record<string, unknown>>>>;

/** What a kubelet keeps of a log as the word of a container that failed. */
const KEPT_LINES = 80;
const KEPT_CHARACTERS = 2_048;

const PROBE_MS = 250;
const FIRST_BACKOFF_MS = 200;
const LONGEST_BACKOFF_MS = 5_000;

/** One container of a Pod, as a process, from its first start to its last end. */
export class RunningContainer {
  readonly #options: ContainerOptions;
  readonly #ending = new AbortController();
  #child: ChildProcess | undefined;
  #state: Partial<State> = { waiting: { reason: 'ContainerCreating' } };
  #lastState: Partial<State> = {};
  #tail: readonly string[] = [];
  restartCount = 0;
  ready = false;
  /** Whether its startup probe succeeded since it was started last. */
  started = false;
  /** Settles when it is started no more. */
  ended: Promise<void> = Promise.resolve();

  constructor(options: ContainerOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.container.name;
  }

  /** Undefined while no process runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get exitCode(): number | undefined {
    const code = this.#state.terminated?.['exitCode'];
    return typeof code === 'number' ? code : undefined;
  }

  start(): void {
    this.ended = this.#run();
  }

  /** SIGTERM, and SIGKILL after the grace, in milliseconds. */
  async stop(graceMs: number): Promise<void> {
    this.#ending.abort();
    this.#child?.kill(graceMs > 0 ? 'SIGTERM' : 'SIGKILL');
    // Once more without grace: it may have been starting just now.
    const timer = setInterval(() => this.#child?.kill('SIGKILL'), Math.max(graceMs, 50));
    await this.ended;
    clearInterval(timer);
  }

  /** As containerStatuses has it. */
  get status(): Readonly<Record<string, unknown>> {
    const { name, image } = this.#options.container;
    return {
      name,
      image,
      imageID: this.#state.waiting && this.restartCount === 0 ? '' : `test://${image}`,
      ready: this.ready,
      started: this.started,
      restartCount: this.restartCount,
      state: this.#state,
      lastState: this.#lastState,
    };
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    for (let backoffMs = FIRST_BACKOFF_MS; !signal.aborted; backoffMs = Math.min(backoffMs * 2, LONGEST_BACKOFF_MS)) {
      const start = await this.#prepared();
      if (!start) continue;
      const exitCode = await this.#once(start);
      if (signal.aborted || !this.#isStartedAgain(exitCode)) return;
      await pause(backoffMs, signal);
      if (signal.aborted) return;
      this.restartCount += 1;
      this.#options.onRestart();
    }
  }

  #isStartedAgain(exitCode: number): boolean {
    const { restarts } = this.#options;
    return restarts === 'Always' || (restarts === 'OnFailure' && exitCode !== 0);
  }

  /** What it is started with; undefined, after a pause, where that cannot be had yet. */
  async #prepared(): Promise<Start | undefined> {
    try {
      return await this.#options.prepare();
    } catch (error) {
      const { name = '', message } = error as Error;
      const reason = name === 'Error' ? 'CreateContainerConfigError' : name;
      this.#turn({ waiting: { reason, message } });
      await pause(LONGEST_BACKOFF_MS / 10, this.#ending.signal);
      return undefined;
    }
  }

  /** Runs it until it ends; gives its exit code. */
  async #once({ command, env, cwd }: Start): Promise<number> {
    const { signal } = this.#ending;
    const startedAt = timeText(Date.now());
    this.#turn({ running: { startedAt } });
    const [program, ...args] = command === 'idle' ? [] : command;
    if (program === undefined) {
      this.#turn({ running: { startedAt } }, true);
      if (this.#options.restarts === 'Always') await once(signal, 'abort');
      return this.#terminated(startedAt, 0, null);
    }
    const child = endsWithUs(spawn(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] }));
    this.#child = child;
    this.#tail = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.#tail = [...this.#tail, line].slice(-KEPT_LINES);
        this.#options.onLine(line);
      });
    }
    const over = new AbortController();
    const probing = this.#probe(child, over.signal);
    const [code, by] = await exitOf(child);
    over.abort();
    await probing;
    this.#child = undefined;
    return this.#terminated(startedAt, code ?? 128, by);
  }

  #terminated(startedAt: string, exitCode: number, signal: NodeJS.Signals | null): number {
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    const keepsLog = this.#options.container.terminationMessagePolicy === 'FallbackToLogsOnError' && exitCode !== 0;
    const message = (keepsLog ? this.#tail.join('\n').slice(-KEPT_CHARACTERS) : '') || signal;
    const terminated = { exitCode, reason, ...(message ? { message } : {}) };
    const state = { terminated: { ...terminated, startedAt, finishedAt: timeText(Date.now()) } };
    if (this.#ending.signal.aborted || !this.#isStartedAgain(exitCode)) this.#turn(state);
    else {
      this.#lastState = state;
      const message = `back-off restarting failed container ${this.name}`;
      this.#turn({ waiting: { reason: 'CrashLoopBackOff', message } });
    }
    return exitCode;
  }

  #turn(state: Partial<State>, isUp = false): void {
    this.#state = state;
    this.started = isUp;
    this.ready = isUp;
    this.#options.onChange();
  }

  /** Startup first, then readiness and liveness beside each other, until it ends. */
  async #probe(child: ChildProcess, over: AbortSignal): Promise<void> {
    const { startupProbe, livenessProbe, readinessProbe } = this.#options.container;
    if (startupProbe && !(await this.#holds(startupProbe, child, over, true))) return;
    if (over.aborted) return;
    this.started = true;
    this.ready = readinessProbe === undefined;
    this.#options.onChange();
    await Promise.all([
      livenessProbe && this.#holds(livenessProbe, child, over, false),
      readinessProbe && this.#watchReadiness(readinessProbe, over),
    ]);
  }

  /**
   * Looks again and again; true at the first success where that is enough. It is killed when it has failed for as long as
   * the probe allows: often enough for its threshold, period after period.
   */
  async #holds(looked: Probe, child: ChildProcess, over: AbortSignal, isOnce: boolean): Promise<boolean> {
    const { failureThreshold = 3, periodSeconds = 10 } = looked;
    const patienceMs = failureThreshold * periodSeconds * 1_000;
    let failingSince = performance.now();
    while (!over.aborted) {
      const isWell = await probe(looked, this.#options.container, this.#options.ports);
      if (isWell && isOnce) return true;
      if (isWell) failingSince = performance.now();
      else if (performance.now() - failingSince > patienceMs) child.kill('SIGTERM');
      await pause(PROBE_MS, over);
    }
    return false;
  }

  async #watchReadiness(looked: Probe, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const isReady = await probe(looked, this.#options.container, this.#options.ports);
      if (over.aborted) return;
      const isNews = this.ready !== isReady;
      this.ready = isReady;
      if (isNews) this.#options.onChange();
      await pause(PROBE_MS, over);
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

function exitOf(child: ChildProcess): Promise<readonly [number | null, NodeJS.Signals | null]> {
  return new Promise((resolve) => {
    child.once('error', () => resolve([127, null]));
    // Not `exit`: what it printed last has been read by then.
    child.once('close', (code, signal) => resolve([code, signal]));
  });
}
