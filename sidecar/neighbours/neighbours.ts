import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import type { Transport } from '#common/compass/endpoint.ts';
import { formatDuration } from '#common/duration.ts';
import type { Log } from '#common/log.ts';
import type { Config } from '../config.ts';
import type { Verdict } from '../health/verdict.ts';
import { Schedule } from '../schedule.ts';
import { CredentialFiles } from './credential-files.ts';
import { CredentialSource } from './credential-source.ts';
import { isInMemory, requireUsableFolder } from './usable-folder.ts';
import { watchSecret } from './watch-secret.ts';

export interface NeighboursOptions {
  readonly config: Config;
  readonly cluster: Cluster;
  readonly transport: Transport;
  /** PEM of the roots of APP_COMPASS_CA_BUNDLE. */
  readonly roots: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
}

/** A folder that is full is tried again after so long, growing to a minute. */
const AGAIN = { firstMs: 1_000, longestMs: 60_000 };

/** What the workloads beside the sidecar get, kept up to date from the client Secret. */
export class Neighbours {
  readonly #options: NeighboursOptions;
  readonly #source: CredentialSource;
  readonly #files: CredentialFiles | undefined;
  readonly #writing: Schedule;
  #wake: (() => void) | undefined;

  /** Throws InvalidSetting for a folder that cannot be used. */
  static open(options: NeighboursOptions): Neighbours {
    return new Neighbours(options);
  }

  private constructor(options: NeighboursOptions) {
    const { config, clock, log, random } = options;
    this.#options = options;
    this.#source = new CredentialSource({ secret: config.clientSecret, clock, log });
    this.#writing = new Schedule(clock, random, AGAIN);
    this.#files = this.#openFiles();
  }

  #openFiles(): CredentialFiles | undefined {
    const { config, clock, log, roots } = this.#options;
    const folder = config.credentialsFolder;
    if (folder === undefined) return undefined;
    requireUsableFolder(folder);
    if (isInMemory(folder) === false) {
      const what = 'the key would lie on a disk of the node: mount an emptyDir with medium Memory there';
      log.warn('APP_CREDENTIALS_FOLDER is not in memory', { folder, warning: what });
    }
    return new CredentialFiles({
      folder,
      fileMode: config.credentialsFileMode,
      roots,
      clock,
      log,
      onSwap: () => undefined,
    });
  }

  /** Keeps it until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { cluster, config, clock, random, log } = this.#options;
    const onSecret: Parameters<typeof watchSecret>[0]['onSecret'] = (secret) => {
      this.#source.take(secret);
      this.#writing.hurry();
      this.#keepFiles();
      this.#wake?.();
    };
    const onFailure = (error: unknown) => this.#source.fail(error);
    const watch = { cluster, secret: config.clientSecret, clock, random, log, signal, onSecret, onFailure };
    await Promise.all([watchSecret(watch), this.#files && this.#follow(this.#files, signal)]);
  }

  /** What comes later by itself: what was swapped out goes, and what could not be written is tried again. */
  async #follow(files: CredentialFiles, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const againInMs = files.problem === undefined ? Number.POSITIVE_INFINITY : this.#writing.dueInMs;
      await this.#rest(Math.min(againInMs, files.dueInMs), signal);
      if (signal.aborted) return;
      files.tidy();
      if (files.problem !== undefined && this.#writing.isDue) this.#keepFiles();
    }
  }

  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const over = new AbortController();
    const end = () => over.abort();
    this.#wake = end;
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    await clock.sleep(Math.min(ms, LONGEST_REST_MS), over.signal);
    signal.removeEventListener('abort', end);
    this.#wake = undefined;
  }

  #keepFiles(): void {
    const { current } = this.#source;
    if (!this.#files || !current) return;
    if (this.#files.keep(current)) this.#writing.succeed(0);
    else this.#writing.fail();
  }

  /** Whether neighbours have what they need. */
  verdict(): Verdict {
    const { current, problem } = this.#source;
    if (this.#files?.problem !== undefined) return { ok: false, text: this.#files.problem };
    if (!current) return { ok: false, text: `neighbours have no credentials: ${problem ?? 'unknown'}` };
    const leftMs = current.credential.notAfter - this.#options.clock.now();
    if (leftMs <= 0) return { ok: false, text: `the certificate has expired for ${formatDuration(-leftMs)}` };
    if (problem !== undefined) return { ok: true, text: `ok: neighbours keep the last good credentials: ${problem}` };
    return { ok: true, text: 'ok: neighbours have the credentials' };
  }
}

/** So that a wait without an end needs no timer of its own kind. */
const LONGEST_REST_MS = 3_600_000;
