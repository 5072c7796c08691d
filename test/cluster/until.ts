import { setTimeout as delay } from 'node:timers/promises';

function textOf(what: string | (() => string)): string {
  return typeof what === 'string' ? what : what();
}

/** Looks until `check` gives something, every 20 ms; an error of its last look is the error of the whole. */
export async function until<T>(
  what: string | (() => string),
  check: () => Promise<T | undefined | false>,
  withinMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const failed = performance.now() >= deadline;
    try {
      const seen = await check();
      if (seen !== undefined && seen !== false) return seen;
    } catch (error) {
      if (failed) throw new Error(`${textOf(what)}: not within ${withinMs} ms`, { cause: error });
    }
    if (failed) throw new Error(`${textOf(what)}: not within ${withinMs} ms`);
    await delay(20);
  }
}
