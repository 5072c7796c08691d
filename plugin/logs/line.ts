import { isRecord, parseJson } from '#common/json.ts';
import { LOG_LEVELS, type LogLevel } from '#common/log.ts';

/** One line of a Pod's log. */
export interface LogLine {
  readonly pod: string;
  /** When the container runtime took it, so written that a later time is a greater text; empty where it does not say. */
  readonly at: string;
  /** As the program wrote it. */
  readonly text: string;
  /** What it says, where it is an object of JSON. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

const STAMPED = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d) (.*)$/s;

/** Reads a line that has the runtime's time before it (`timestamps=true`), in whatever zone and with however many digits. */
export function readStamped(pod: string, line: string): LogLine {
  const [, second, fraction = '', zone, text = ''] = STAMPED.exec(line) ?? [];
  if (second === undefined) return { pod, at: '', text: line, fields: fieldsOf(line) };
  const utc = new Date(`${second}${zone}`).toISOString().slice(0, 19);
  return { pod, at: `${utc}.${fraction.slice(0, 9).padEnd(9, '0')}`, text, fields: fieldsOf(text) };
}

/** The second of a line's time, as the API takes it. */
export function secondOf(at: string): string {
  return `${at.slice(0, 19)}Z`;
}

function fieldsOf(text: string): LogLine['fields'] {
  const fields = text.startsWith('{') ? parseJson(text) : undefined;
  return isRecord(fields) ? fields : undefined;
}

/** What others call the levels. */
const OTHER_NAMES: Readonly<Record<string, LogLevel>> = {
  fatal: 'error',
  panic: 'error',
  warning: 'warn',
  trace: 'debug',
};

/** How loud a line is; undefined where it does not say. */
export function levelOf({ fields }: LogLine): LogLevel | undefined {
  const word = String(fields?.['level'] ?? '').toLowerCase();
  return LOG_LEVELS.find((level) => level === word) ?? OTHER_NAMES[word];
}
