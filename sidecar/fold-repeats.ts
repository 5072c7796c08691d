import type { Clock } from '#common/clock.ts';
import type { Log, LogFields } from '#common/log.ts';

/** A line that is said again within this is kept back. */
const QUIET_MS = 60_000;

/** Differ from one time to the next, without being something else: `error` is the text of what `reason` names. */
const VARYING: readonly string[] = ['error', 'requestId'];

/** More different lines than a sidecar has to say; the oldest are forgotten first. */
const MOST_KEPT = 500;

interface Spoken {
  readonly atMs: number;
  /** What was kept back since, newest, and how many. */
  readonly pending?: { readonly level: 'warn' | 'error'; readonly message: string; readonly fields: LogFields };
  readonly count: number;
}

/**
 * A log that says the same warning or error once a minute: what comes meanwhile is said when the minute is over, once, with how
 * often it came (`repeated`). So a failure that lasts costs a line a minute, and one that came back is not lost. It has no timer:
 * each call looks whether something is due, and each pass makes one. Info and debug go through.
 */
export function foldRepeats(log: Log, clock: Pick<Clock, 'monotonicMs'>): Log {
  const spoken = new Map<string, Spoken>();
  const say = (key: string, level: 'warn' | 'error', message: string, fields: LogFields, repeated: number) => {
    spoken.delete(key);
    spoken.set(key, { atMs: clock.monotonicMs(), count: 0 });
    const [oldest] = spoken.keys();
    if (spoken.size > MOST_KEPT && oldest !== undefined) spoken.delete(oldest);
    log[level](message, repeated > 0 ? { ...fields, repeated } : fields);
  };
  const sayDue = () => {
    const dueMs = clock.monotonicMs() - QUIET_MS;
    for (const [key, { atMs, pending, count }] of [...spoken]) {
      if (atMs > dueMs) break;
      if (pending) say(key, pending.level, pending.message, pending.fields, count);
      else spoken.delete(key);
    }
  };
  const folded =
    (level: 'warn' | 'error') =>
    (message: string, fields: LogFields = {}) => {
      sayDue();
      const key = keyOf(level, message, fields);
      const before = spoken.get(key);
      if (before) spoken.set(key, { ...before, pending: { level, message, fields }, count: before.count + 1 });
      else say(key, level, message, fields, 0);
    };
  const through = (level: 'info' | 'debug') => (message: string, fields?: LogFields) => {
    sayDue();
    log[level](message, fields);
  };
  return { error: folded('error'), warn: folded('warn'), info: through('info'), debug: through('debug') };
}

/** Numbers count and measure, and are no part of what is said. */
function keyOf(level: string, message: string, fields: LogFields): string {
  const fixed = Object.entries(fields).filter(([key, value]) => !VARYING.includes(key) && typeof value !== 'number');
  return JSON.stringify([level, message, fixed]);
}
