import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError, messageOf, type Reason, reasonOf } from '#common/errors.ts';
import type { Invocation } from '../../command.ts';
import type { FoundConnection } from '../../connection/find.ts';
import { canICommand, type MissingRight, rightRefused } from '../../connection/right.ts';
import { reasonOfInterruption } from '../../wait/interruption.ts';
import type { ArchiveSink } from '../archive-sink.ts';
import type { Redactor } from '../redaction/redactor.ts';

/** What could not be collected, and why. */
export interface Problem {
  readonly reason: Reason;
  readonly message: string;
  /** What to do about it, where that is known: a command that asks for the right. */
  readonly next?: string;
}

/** What came of a collector. */
export interface Collected {
  /** Objects, lines, findings: whatever it counts. */
  readonly items: number;
  /** What the reader should know: why there is nothing, that something was cut. */
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

/** What collectors work with. */
export interface Ground {
  readonly invocation: Invocation;
  readonly cluster: Cluster;
  /** Undefined where there is none yet: then there is a sidecar all the same. */
  readonly connection: FoundConnection | undefined;
  /** The sidecar's. */
  readonly namespace: string;
  readonly integrationNamespace: string;
  readonly redactor: Redactor;
  readonly sink: ArchiveSink;
  /** How far back logs and Events go, in milliseconds. */
  readonly sinceMs: number;
}

/** One part of a report, that can be switched off. */
export interface Collector {
  /** As the flag that switches it off has it: `--no-logs`. */
  readonly name: string;
  /** What it collects, for the help and the manifest. */
  readonly what: string;
  collect(ground: Ground): Promise<Collected>;
}

/** Gathers what a collector finds: whatever fails is a problem, and stops nothing else. */
export class Findings {
  readonly #invocation: Pick<Invocation, 'interrupted'>;
  readonly #redactor: Redactor;
  readonly #notes: string[] = [];
  readonly #problems: Problem[] = [];
  #items = 0;

  constructor({ invocation, redactor }: Pick<Ground, 'invocation' | 'redactor'>) {
    this.#invocation = invocation;
    this.#redactor = redactor;
  }

  count(items: number): void {
    this.#items += items;
  }

  note(note: string): void {
    this.#notes.push(note);
  }

  /** Does a part; undefined where it failed. An interruption, and a disk that takes no more, end all of it. */
  async try<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      const { interrupted } = this.#invocation;
      if (interrupted.aborted)
        // biome-ignore lint/style/useErrorCause: an interruption has no cause that would tell more
        throw new CompassError(reasonOfInterruption(interrupted), 'interrupted; nothing is written');
      if (reasonOf(error) === 'Usage') throw error;
      this.fail(error);
      return undefined;
    }
  }

  fail(error: unknown): void {
    const right: MissingRight | undefined = error instanceof CompassError ? rightRefused(error) : undefined;
    this.problem({
      reason: reasonOf(error),
      message: messageOf(error),
      ...(right ? { next: canICommand(right) } : {}),
    });
  }

  problem({ message: said, ...rest }: Problem): void {
    const problem = { ...rest, message: this.#redactor.text(said) };
    if (!this.#problems.some(({ message }) => message === problem.message)) this.#problems.push(problem);
  }

  result(): Collected {
    return { items: this.#items, notes: this.#notes, problems: this.#problems };
  }
}
