import type { Level } from '../output/symbols.ts';

/** One word for the whole connection, the same in every format. */
export type Verdict = 'Healthy' | 'Renewing' | 'Connecting' | 'Degraded' | 'Disconnected';

export const PARTS = ['identity', 'connector', 'director', 'sync', 'agent', 'outage'] as const;

export type Part = (typeof PARTS)[number];

/** How one part stands: its level, and the facts about it, most important first. */
export interface Line {
  readonly level: Level;
  readonly facts: readonly string[];
}

/** Something that needs a person, or shows why the verdict is what it is. */
export interface Problem {
  readonly severity: 'warning' | 'error';
  /** A Reason of the table, or one that only a newer sidecar knows. */
  readonly reason?: string | undefined;
  readonly code?: string | undefined;
  readonly message: string;
  /** Of the Application that the message names, in full and in JSON's quotes. */
  readonly name?: string | undefined;
  /** What to do next: a command where it starts with `kubectl`. */
  readonly next: string;
  /** Further commands, which take a decision that is a person's. */
  readonly others: readonly string[];
  /** The command that explains it, where `next` is none. */
  readonly explain?: string | undefined;
  /** Whether nothing but a person, with a new one-time token, gets it going again. */
  readonly isDeadEnd: boolean;
}

/** One step out of a dead end. */
export interface WayOut {
  readonly what: string;
  readonly command: string;
}

/** What the facts come to: everything that the screen and the document show. */
export interface Judgement {
  readonly verdict: Verdict;
  /** 0 healthy, 1 not: see fail-on.ts for other judges. */
  readonly exitCode: 0 | 1;
  readonly lines: Readonly<Record<Part, Line>>;
  readonly problems: readonly Problem[];
  /** The steps that a person has to take where the connection cannot heal by itself; empty where it can. */
  readonly waysOut: readonly WayOut[];
}
