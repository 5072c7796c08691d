import { parseDurationMs } from '#common/duration.ts';
import { CompassError } from '#common/errors.ts';
import type { Flag, ParsedFlags } from '../flags.ts';
import { quoted } from '../quoted.ts';

export const WAIT_FLAG: Flag = { name: 'wait', kind: 'switch', summary: 'wait until it is done (--no-wait: do not)' };

/** Waiting is what commands do unless told not to. */
export function isWaitedFor(flags: ParsedFlags): boolean {
  return flags.switched('wait') ?? true;
}

/** `--timeout` with its default, as people write it: `2m`. */
export function timeoutFlag(otherwise: string): Flag {
  return {
    name: 'timeout',
    kind: 'text',
    value: 'DURATION',
    summary: `longest wait, ${otherwise} unless said; 0 waits for ever`,
  };
}

/** A flag in milliseconds. Throws Usage for what is no duration. */
export function readDurationMs(flags: ParsedFlags, name: string, otherwiseMs: number): number {
  const text = flags.text(name);
  if (text === undefined) return otherwiseMs;
  const ms = parseDurationMs(text);
  if (ms === undefined) {
    throw new CompassError('Usage', `--${name} is "${text}", and must be a duration such as 90s or 1h15m`);
  }
  return ms;
}

/** Nobody is asked without a pause. */
const SHORTEST_INTERVAL_MS = 500;

/** `--interval` in milliseconds. Throws Usage for what is no duration, and for less than a pause. */
export function readIntervalMs(flags: ParsedFlags, otherwiseMs: number): number {
  const ms = readDurationMs(flags, 'interval', otherwiseMs);
  if (ms >= SHORTEST_INTERVAL_MS) return ms;
  const said = flags.text('interval') ?? '';
  throw new CompassError('Usage', `--interval is ${quoted(said)}, and must be ${SHORTEST_INTERVAL_MS}ms or more`);
}

/** `--timeout` in milliseconds; Infinity for 0. Throws Usage for what is no duration. */
export function readTimeoutMs(flags: ParsedFlags, otherwiseMs: number): number {
  const ms = readDurationMs(flags, 'timeout', otherwiseMs);
  return ms === 0 ? Number.POSITIVE_INFINITY : ms;
}
