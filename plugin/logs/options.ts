import { formatTime } from '#common/clock.ts';
import { CompassError } from '#common/errors.ts';
import { LOG_LEVELS } from '#common/log.ts';
import type { Flag, ParsedFlags } from '../flags.ts';
import { readDurationMs } from '../wait/flags.ts';
import type { Wanted } from './filter.ts';
import type { LogPart } from './read.ts';

export const LOG_FLAGS: readonly Flag[] = [
  { name: 'follow', short: 'f', kind: 'switch', summary: 'go on with what is written from now on' },
  { name: 'since', kind: 'text', value: 'DURATION', summary: 'only what is younger: 1h' },
  { name: 'since-time', kind: 'text', value: 'TIME', summary: 'only what is younger than this time (RFC 3339)' },
  { name: 'tail', kind: 'text', value: 'LINES', summary: 'only the last so many lines of those that are wanted' },
  { name: 'level', kind: 'text', value: 'LEVEL', summary: 'only what is as loud or louder', choices: LOG_LEVELS },
  { name: 'app', kind: 'text', value: 'NAME', summary: 'only what names this Application' },
  { name: 'request-id', kind: 'text', value: 'ID', summary: 'only what names this x-request-id of Compass' },
  { name: 'leader', kind: 'switch', summary: 'only the replica that leads' },
  {
    name: 'all-replicas',
    kind: 'switch',
    summary: 'every replica, which it is unless --leader is given',
    hidden: true,
  },
  { name: 'previous', short: 'p', kind: 'switch', summary: 'of the containers before they were started anew' },
];

/** What a command line wants of the logs. */
export interface LogOptions {
  readonly part: LogPart;
  readonly wanted: Wanted;
  /** Infinity is all. */
  readonly tail: number;
  readonly isFollowed: boolean;
}

/** Throws Usage for values that make no sense, and for two that exclude each other. */
export function readLogOptions(flags: ParsedFlags): LogOptions {
  const isFollowed = flags.isOn('follow');
  const previous = flags.isOn('previous');
  if (isFollowed && previous) throw new CompassError('Usage', '--previous logs have ended: they cannot be followed');
  const since = flags.text('since');
  const sinceTime = readTime(flags.text('since-time'));
  if (since !== undefined && sinceTime !== undefined) {
    throw new CompassError('Usage', '--since and --since-time say the same: give one of them');
  }
  const sinceSeconds =
    since === undefined ? undefined : Math.max(1, Math.ceil(readDurationMs(flags, 'since', 0) / 1_000));
  return {
    part: { sinceSeconds, sinceTime, previous },
    wanted: {
      level: LOG_LEVELS.find((level) => level === flags.text('level')),
      app: flags.text('app')?.replace(/^(?:apps?|applications?)\//, ''),
      requestId: flags.text('request-id'),
    },
    tail: readTail(flags.text('tail')),
    isFollowed,
  };
}

function readTime(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const at = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new CompassError('Usage', `--since-time is "${text}", and must be such as 2026-09-14T14:03:19Z`);
  return formatTime(at);
}

/** As kubectl: -1 is all. */
function readTail(text: string | undefined): number {
  if (text === undefined || text === '-1') return Number.POSITIVE_INFINITY;
  if (!/^\d{1,9}$/.test(text)) throw new CompassError('Usage', `--tail is "${text}", and must be a number of lines`);
  return Number(text);
}
