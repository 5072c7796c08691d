import type { Clock } from '#common/clock.ts';
import type { Log } from '#common/log.ts';
import type { Config } from '../config.ts';
import { Schedule } from '../schedule.ts';
import { CredentialFiles } from './credential-files.ts';
import type { CredentialSet } from './credential-set.ts';
import { Notifier } from './notify.ts';
import { isInMemory, requireUsableFolder } from './usable-folder.ts';

export interface KeptFolderOptions {
  readonly path: string;
  readonly config: Pick<Config, 'credentialsFileMode' | 'notifyUrl' | 'notifySignal'>;
  readonly roots: readonly string[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** What cannot be written is tried again after so long, growing to a minute. */
const AGAIN = { firstMs: 1_000, longestMs: 60_000 };

/** So that a wait without an end is one. */
const LONGEST_REST_MS = 3_600_000;

/** The shared folder over time: written when the set changes, again where that failed, tidied up, and its readers told. */
export class KeptFolder {
  readonly notifier: Notifier;
  readonly #clock: Clock;
  readonly #files: CredentialFiles;
  readonly #writing: Schedule;
  readonly #stopped = new AbortController();
  #set: CredentialSet | undefined;
  #telling: Promise<void> = Promise.resolve();
  #wake: (() => void) | undefined;

  /** Throws InvalidSetting for a folder that cannot be used. */
  static open(options: KeptFolderOptions): KeptFolder {
    const { path, log } = options;
    requireUsableFolder(path);
    if (isInMemory(path) === false) {
      const warning =
        'the key lies on a disk of the node, and may outlive the Pod: mount an emptyDir with medium Memory';
      log.warn('APP_CREDENTIALS_FOLDER is not in memory', { folder: path, warning });
    }
    return new KeptFolder(options);
  }

  private constructor({ path, config, roots, clock, random, log }: KeptFolderOptions) {
    this.#clock = clock;
    this.#writing = new Schedule(clock, random, AGAIN);
    this.notifier = new Notifier({ url: config.notifyUrl, signal: config.notifySignal, clock, random, log });
    this.#files = new CredentialFiles({
      folder: path,
      fileMode: config.credentialsFileMode,
      roots,
      clock,
      log,
      onSwap: ({ generation, isFirst }) => this.#tell(generation, isFirst),
    });
  }

  /** Why the folder does not hold what it should; undefined where it does. */
  get problem(): string | undefined {
    return this.#files.problem;
  }

  get generation(): number {
    return this.#files.generation;
  }

  /** Makes the folder hold this set, now or as soon as it can be written; repeated, it mends what somebody damaged there. */
  keep(set: CredentialSet): void {
    if (this.#set !== set) this.#writing.hurry();
    this.#set = set;
    if (this.#writing.isDue) this.#write();
    this.#wake?.();
  }

  /** What comes later by itself, until `stopping`. */
  async run(stopping: AbortSignal): Promise<void> {
    // One that died before its readers were told has left what it swapped out.
    if (this.#files.tidy() && this.generation > 0 && this.#set === undefined) this.#tell(this.generation, false);
    while (!stopping.aborted) {
      const againInMs = this.problem === undefined ? Number.POSITIVE_INFINITY : this.#writing.dueInMs;
      await this.#rest(Math.min(againInMs, this.#files.dueInMs, LONGEST_REST_MS), stopping);
      this.#files.tidy();
      if (this.problem !== undefined && this.#writing.isDue) this.#write();
    }
    this.#stopped.abort();
    await this.#telling;
  }

  #tell(generation: number, isFirst: boolean): void {
    this.#telling = this.notifier.tell({ generation, isFirst }, this.#stopped.signal);
  }

  #write(): void {
    if (!this.#set) return;
    if (this.#files.keep(this.#set)) this.#writing.succeed(0);
    else this.#writing.fail();
  }

  async #rest(ms: number, stopping: AbortSignal): Promise<void> {
    const over = new AbortController();
    const end = () => over.abort();
    this.#wake = end;
    stopping.addEventListener('abort', end, { once: true });
    if (stopping.aborted) end();
    await this.#clock.sleep(ms, over.signal);
    stopping.removeEventListener('abort', end);
    this.#wake = undefined;
  }
}
