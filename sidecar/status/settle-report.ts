import { isDeepStrictEqual } from 'node:util';
import type { Contact, Report } from '#common/resources/report.ts';

/**
 * Whether a report is worth a write: whenever it says something else than the last one, and where only times and
 * latencies moved, once a period at most. `writtenAtMs` is when the last one was written, on the clock of `nowMs`.
 */
export function isReportDue(
  written: Report | undefined,
  wanted: Report,
  times: { readonly nowMs: number; readonly writtenAtMs: number; readonly periodMs: number },
): boolean {
  if (!written || !isDeepStrictEqual(lasting(written), lasting(wanted))) return true;
  return !isDeepStrictEqual(stable(written), stable(wanted)) && times.nowMs - times.writtenAtMs >= times.periodMs;
}

/** Without what every write changes. */
function stable({ generation: _generation, writtenAt: _writtenAt, ...report }: Report): object {
  return report;
}

/** Without what passes while nothing happens. */
function lasting(report: Report): object {
  const {
    lastSync: _lastSync,
    nextSync: _nextSync,
    observedGeneration: _observed,
    contact,
    conditions,
    ...rest
  } = report;
  return {
    ...stable(rest as Report),
    conditions: (conditions ?? []).map(({ observedGeneration: _generation, ...condition }) => condition),
    connector: timeless(contact?.connector),
    director: timeless(contact?.director),
  };
}

function timeless(contact: Contact | undefined): object {
  const { error, pages, complete } = contact ?? {};
  // every try has a request id of its own
  return { pages, complete, reason: error?.reason, message: error?.message };
}
