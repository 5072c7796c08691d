import type { LoggedRequest, RequestLog } from '../../simulator/request-log.ts';
import type { CompassRequest, Moment } from './chronicle.ts';
import { type ListedPage, pageOf } from './listed-pages.ts';

interface Kept {
  readonly begun: Moment;
  ended?: Moment;
  page?: ListedPage | undefined;
}

/** Keeps with every request of a log at which moments it came and was answered; what was cleared from the log is left out. */
export function keepMoments(log: RequestLog, now: () => Moment): () => readonly CompassRequest[] {
  const moments = new WeakMap<LoggedRequest, Kept>();
  log.observe({
    begun(request) {
      moments.set(request, { begun: now() });
    },
    ended(request, served) {
      const kept = moments.get(request);
      if (kept)
        Object.assign(kept, { ended: now(), page: request.outcome === 'ok' ? pageOf(request, served) : undefined });
    },
  });
  return () =>
    log.list().flatMap((request) => {
      const kept = moments.get(request);
      return kept ? [{ request, begun: kept.begun, ended: kept.ended, page: kept.page }] : [];
    });
}
