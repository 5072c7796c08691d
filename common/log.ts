import { CompassError } from './errors.ts';
import { redact } from './redact.ts';

/** error: a person must act; warn: retried by itself; info: state changed; debug: every pass. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export const LOG_LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

/** What varies about a line: everything that is not in its constant message. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
}

/** An error as log fields: reason and message of a CompassError, the stack of a bug. Never its cause chain's bodies. */
export function errorFields(error: unknown): LogFields {
  if (error instanceof CompassError) {
    return { reason: error.reason, error: error.message, ...(error.requestId ? { requestId: error.requestId } : {}) };
  }
  return { reason: 'InternalError', error: error instanceof Error ? describeBug(error) : redact(String(error)) };
}

/** Its own words may quote what it choked on, as those of a parser do; where it was tells enough. */
function describeBug({ name, message, stack = '' }: Error): string {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const words = redact(message.replace(/".*"|'.*'|`.*`/gs, '"…"'));
  return [`${name}: ${words}`, ...frames].join('\n');
}

/** Of one field, in characters: names and messages of others may be of any length. */
const LONGEST_FIELD = 8 * 1024;

function shorten(_key: string, value: unknown): unknown {
  if (typeof value !== 'string' || value.length <= LONGEST_FIELD) return value;
  return `${value.slice(0, LONGEST_FIELD)}…`;
}

/** A log of JSON lines, one object a line: `time`, `level`, `msg`, then the fields. */
export function jsonLog(write: (line: string) => void, level: LogLevel, now: () => number): Log {
  const loudest = LOG_LEVELS.indexOf(level);
  const at =
    (lineLevel: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (LOG_LEVELS.indexOf(lineLevel) > loudest) return;
      write(
        `${JSON.stringify({ time: new Date(now()).toISOString(), level: lineLevel, msg: message, ...fields }, shorten)}\n`,
      );
    };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}

/** A log that keeps nothing, for callers that have none. */
export const silentLog: Log = { error() {}, warn() {}, info() {}, debug() {} };
