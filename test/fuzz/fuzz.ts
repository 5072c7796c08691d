import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompassError } from '#common/errors.ts';
import { heapBytes } from '../heap-bytes.ts';
import { mutate } from './mutate.ts';
import { randomOf } from './random.ts';

/** Something that reads what others wrote. */
export interface Target {
  readonly name: string;
  /** What it reads every day. */
  readonly inputs: readonly Buffer[];
  /** Beside CompassError, what it may throw: the class that its callers wait for. */
  readonly throws?: new (
    message: string,
  ) => Error;
  /** One run in so many: those that take a connection are dear. */
  readonly oneIn?: number;
  read(input: Buffer): unknown;
}

export interface Fuzzing {
  readonly seed: number;
  readonly first?: number;
  readonly runs: number;
  /** Ends sooner when so much time is over, in milliseconds. */
  readonly withinMs?: number;
}

export interface FuzzResult {
  readonly runs: number;
  readonly readsByTarget: Readonly<Record<string, number>>;
  readonly heapGrowthBytes: number;
}

/** A run that went wrong, and what it read. */
class Finding extends Error {
  override readonly name = 'Finding';
}

interface Read {
  readonly target: Target;
  readonly input: Buffer;
  readonly run: number;
}

/** The corpora differ from one process to the next, so that a seed alone would not bring it back. */
function described({ target, input, run }: Read, what: string): string {
  const path = join(tmpdir(), `compass-fuzz-${process.pid}-${run}`);
  writeFileSync(path, input);
  return `run ${run}, ${target.name}: ${what}\nread once more: FUZZ_INPUT=${path} npm run fuzz`;
}

/** For a run of its own, however small: a pause of the collector. */
const BASE_MS = 100;
/** A hundred times what the slowest of them takes; what is quadratic takes a thousand times that at 64 KiB. */
const MS_PER_BYTE = 0.01;
/** It may have been the collector once more. */
const CHANCES = 4;

/** Lets every target read one input. Throws a Finding as fuzz() does. */
export async function readByAll(targets: readonly Target[], input: Buffer): Promise<void> {
  for (const target of targets) await readInTime({ target, input, run: 0 });
}

/** Reads changed inputs, target by target. Throws a Finding for the first that throws something else, or takes too long. */
export async function fuzz(
  targets: readonly Target[],
  { seed, runs, first = 0, withinMs }: Fuzzing,
): Promise<FuzzResult> {
  const beforeBytes = heapBytes();
  const endMs = performance.now() + (withinMs ?? Number.POSITIVE_INFINITY);
  const reads = new Map(targets.map(({ name }) => [name, 0]));
  let run = first;
  for (; run < first + runs && performance.now() < endMs; run += 1) {
    const random = randomOf(seed, run);
    const target = random.pick(targets);
    if (random.below(target.oneIn ?? 1) !== 0) continue;
    await readInTime({ target, input: mutate(target.inputs, random), run });
    reads.set(target.name, (reads.get(target.name) ?? 0) + 1);
  }
  return { runs: run - first, readsByTarget: Object.fromEntries(reads), heapGrowthBytes: heapBytes() - beforeBytes };
}

async function readInTime(read: Read): Promise<void> {
  const { length } = read.input;
  const limitMs = BASE_MS + length * MS_PER_BYTE;
  for (let chance = 1; ; chance += 1) {
    const before = process.cpuUsage();
    await readTolerantly(read);
    // Of this process alone: the machine may have others to look after.
    const { user, system } = process.cpuUsage(before);
    const tookMs = (user + system) / 1_000;
    if (tookMs <= limitMs) return;
    if (chance === CHANCES) throw new Finding(described(read, `took ${Math.round(tookMs)} ms for ${length} bytes`));
  }
}

async function readTolerantly(read: Read): Promise<void> {
  const { target, input } = read;
  try {
    const result = target.read(input);
    if (result instanceof Promise) await result;
  } catch (cause) {
    if (cause instanceof CompassError || (target.throws && cause instanceof target.throws)) return;
    const what = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    throw new Finding(described(read, `threw ${what}`), { cause });
  }
}
