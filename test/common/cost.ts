import assert from 'node:assert/strict';

/** A sample takes at least this long, since the clock of a thread's own time steps by some milliseconds. */
const LEAST_SAMPLE_MS = 16;
const SAMPLES = 3;
/** Another program on the same machine can spoil a round, but not all of them. */
const ROUNDS = 4;

/**
 * That twice the input costs at most `most` times as much, by the medians of samples taken in turn. What counts is the time
 * of this thread, and no absolute time is judged, so that it holds on any machine and a busy one. `inputs` give texts of a
 * length; all of them make one sample, in which a single bad one would outweigh the others by far.
 */
export function assertLinear(
  inputs: readonly ((length: number) => string)[],
  length: number,
  run: (text: string) => void,
  most = 2.5,
): void {
  const [half, whole] = [length / 2, length].map((size) => inputs.map((input) => flat(input(size))));
  const repeats = repeatsFor((count) => sample(run, half ?? [], count));
  const ratios: number[] = [];
  do {
    const samples = Array.from({ length: SAMPLES }, () =>
      [half, whole].map((texts = []) => sample(run, texts, repeats)),
    );
    const [ofHalf, ofWhole] = [0, 1].map((at) => median(samples.map((pair) => pair[at] ?? 0)));
    ratios.push((ofWhole ?? 0) / (ofHalf ?? 1));
  } while (ratios.every((ratio) => ratio > most) && ratios.length < ROUNDS);
  assert.ok(
    ratios.some((ratio) => ratio <= most),
    `twice the input costs ${ratios.map((ratio) => ratio.toFixed(1)).join(', ')} times as much`,
  );
}

/** A text that was put together is slow to read once. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

/** In ms of this thread's own time. */
function sample(run: (text: string) => void, texts: readonly string[], repeats: number): number {
  const before = process.threadCpuUsage();
  for (let count = 0; count < repeats; count += 1) for (const text of texts) run(text);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

function repeatsFor(sampleOf: (repeats: number) => number): number {
  sampleOf(1);
  for (let repeats = 1; ; repeats *= 2) if (sampleOf(repeats) >= LEAST_SAMPLE_MS) return repeats;
}
