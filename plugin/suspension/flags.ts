import { formatTime } from '#common/clock.ts';
import { CompassError } from '#common/errors.ts';
import { isSuspensionScope, SUSPENSION_SCOPES, type SuspensionScope } from '#common/resources/suspension.ts';
import type { Flag, ParsedFlags } from '../flags.ts';
import { quoted } from '../quoted.ts';
import { readDurationMs } from '../wait/flags.ts';

export const SUSPEND_FLAGS: readonly Flag[] = [
  {
    name: 'reason',
    kind: 'text',
    value: 'TEXT',
    summary: 'why, for whoever looks at the status; asked for on a terminal',
  },
  { name: 'for', kind: 'text', value: 'DURATION', summary: 'how long: 4h, 90m; until somebody resumes unless said' },
  { name: 'until', kind: 'text', value: 'TIME', summary: 'until when, as 2026-09-11T18:00:00Z' },
  {
    name: 'scope',
    kind: 'text',
    value: SUSPENSION_SCOPES.join('|'),
    choices: SUSPENSION_SCOPES,
    summary: 'what: every synchronization (sync, unless said), deletions only, or all but the renewal',
  },
];

/** The scope that is asked for; `sync` unless said. Throws Usage for another word. */
export function readScope(flags: ParsedFlags): SuspensionScope {
  const text = flags.text('scope') ?? 'sync';
  if (isSuspensionScope(text)) return text;
  throw new CompassError('Usage', `--scope is ${quoted(text)}, and must be one of ${SUSPENSION_SCOPES.join(', ')}`);
}

/** RFC 3339, with a time zone: a time without one would be that of the laptop. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/i;

/** When it is to end, as RFC 3339 in UTC; undefined where somebody has to end it. Throws Usage for what is no time to come. */
export function readEnd(flags: ParsedFlags, now: number): string | undefined {
  const until = flags.text('until');
  if (flags.text('for') === undefined) return until === undefined ? undefined : readUntil(until, now);
  if (until !== undefined) throw new CompassError('Usage', '--for and --until both say when it ends: give one of them');
  const ms = readDurationMs(flags, 'for', 0);
  if (ms >= 1_000) return formatTime(Math.min(now + ms, LAST_MS));
  throw new CompassError('Usage', '--for must be a second at least; leave it out to suspend until somebody resumes');
}

/** 9999-12-31T23:59:59Z: later ones cannot be written with four digits. */
const LAST_MS = Date.UTC(10_000, 0) - 1_000;

function readUntil(text: string, now: number): string {
  const at = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) {
    throw new CompassError(
      'Usage',
      `--until is ${quoted(text)}, and must be a time such as ${formatTime(now + 3_600_000)}`,
    );
  }
  if (at <= now) throw new CompassError('Usage', `--until is ${quoted(text)}, which is past: it is ${formatTime(now)}`);
  return formatTime(Math.min(at, LAST_MS));
}
