import type { Readiness } from './readiness.ts';

/** One thing that `get` lists, in every form that it can be printed in. */
export interface Row {
  /** Tells it from the others of its list, and stays the same while it changes. */
  readonly key: string;
  /** What NAME may be to mean it. */
  readonly names: readonly string[];
  /** As `-o name` prints it. */
  readonly fullName: string;
  /** As `-o json` prints it; undefined where there is no object, but a failure to make one. */
  readonly document: object | undefined;
  readonly readiness: Readiness;
  /** Of the object, or of the Application that it is part of. */
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** Under the heads of its type; those of `wide` come after the others. */
  cells(now: number): readonly string[];
  wideCells(now: number): readonly string[];
}

export interface Heads {
  readonly always: readonly string[];
  readonly wide: readonly string[];
}

/** What a cell says where there is nothing, or where it may not be read. */
export const NOTHING = '-';
export const NOT_PERMITTED = 'not permitted';
