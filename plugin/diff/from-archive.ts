import { CompassError } from '#common/errors.ts';
import { planTotals, type SyncPlan } from '#common/sync/plan-document.ts';
import { isAbout } from '#common/sync/plan-names.ts';
import { replayedError } from '../bundle/replay/exchange.ts';
import type { Replay } from '../bundle/replay/replay.ts';

/**
 * The plan that an archive holds, or what the sidecar would say of these names alone. Throws what kept the sidecar from a
 * plan when the archive was made; NotInArchive where none was asked for.
 */
export function planFromArchive({ diff, applications = [] }: Replay, names: readonly string[]): SyncPlan {
  if (!diff) throw new CompassError('NotInArchive', 'no plan was asked for when the archive was made');
  if ('error' in diff) throw replayedError(diff.error);
  const { plan } = diff;
  if (names.length === 0) return plan;
  const entries = plan.entries.filter((entry) => isAbout(entry, names));
  const rest = names.filter((name) => !entries.some((entry) => isAbout(entry, [name])));
  const present = new Set(applications);
  const unchanged = rest.filter((name) => present.has(name));
  const unknown = rest.filter((name) => !present.has(name));
  return {
    ...plan,
    entries,
    totals: planTotals(entries, unchanged.length),
    ...(unknown.length > 0 ? { unknown } : {}),
  };
}
