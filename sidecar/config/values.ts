import { isAbsolute } from 'node:path';
import { parseDurationMs } from '#common/duration.ts';
import { LOG_LEVELS, type LogLevel } from '#common/log.ts';

/** How one setting is read: `parse` gives undefined for whatever `allowed` does not describe. */
export interface ValueType<T> {
  readonly allowed: string;
  parse(text: string): T | undefined;
}

/** Go's `strconv.ParseBool`, since existing deployments were written for it. */
export const BOOLEAN: ValueType<boolean> = {
  allowed: 'true or false',
  parse(text) {
    if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
    if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
    return undefined;
  },
};

/** A Go duration within bounds, in milliseconds; the bounds are given as people write them. */
export function duration(least: string, most: string): ValueType<number> {
  const leastMs = parseDurationMs(least) ?? 0;
  const mostMs = parseDurationMs(most) ?? 0;
  return {
    allowed: `a duration with its unit, such as 90s or 1h30m, from ${least} to ${most}`,
    parse(text) {
      const ms = parseDurationMs(text);
      return ms !== undefined && ms >= leastMs && ms <= mostMs ? ms : undefined;
    },
  };
}

/** As duration, and `forever`. */
export function durationOrForever(least: string, most: string): ValueType<number> {
  const bounded = duration(least, most);
  return {
    allowed: `${bounded.allowed}, or forever`,
    parse: (text) => (text === 'forever' ? Number.POSITIVE_INFINITY : bounded.parse(text)),
  };
}

export const FOLDER: ValueType<string> = {
  allowed: 'the absolute path of a folder',
  parse: (text) => (isAbsolute(text) ? text : undefined),
};

const DECIMAL = /^\d{0,9}(?:\.\d{0,18})?$/;

/** A fraction strictly between 0 and 1. */
export const FRACTION: ValueType<number> = {
  allowed: 'a number above 0 and below 1, such as 0.3',
  parse(text) {
    const value = DECIMAL.test(text) && /\d/.test(text) ? Number(text) : Number.NaN;
    return value > 0 && value < 1 ? value : undefined;
  },
};

export type Budget = { readonly count: number } | { readonly fraction: number };

/** A number of Applications, or a share of those present. */
export const BUDGET: ValueType<Budget> = {
  allowed: 'a number of Applications such as 25, or a share of those present from 0% to 100%',
  parse(text) {
    const match = /^(\d{1,7})(%?)$/.exec(text);
    if (!match) return undefined;
    const value = Number(match[1]);
    if (match[2] === '') return { count: value };
    return value <= 100 ? { fraction: value / 100 } : undefined;
  },
};

/** A TCP port; 0 lets the system choose one. */
export const PORT: ValueType<number> = {
  allowed: 'a port number from 0 to 65535',
  parse: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined),
};

const KEY_SIZES = ['2048', '3072', '4096', '8192'];

/** Bits of an RSA key. */
export const KEY_SIZE: ValueType<number> = {
  allowed: KEY_SIZES.join(', '),
  parse: (text) => (KEY_SIZES.includes(text) ? Number(text) : undefined),
};

export const LOG_LEVEL: ValueType<LogLevel> = {
  allowed: LOG_LEVELS.join(', '),
  parse: (text) => LOG_LEVELS.find((level) => level === text.toLowerCase()),
};
