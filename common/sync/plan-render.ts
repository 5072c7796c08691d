import type { PlanEntry, SyncPlan } from './plan-document.ts';

/** What a plan may weigh: a ConfigMap holds 1 MiB. */
const PLAN_LIMIT_BYTES = 512 * 1024;

/**
 * The plan as JSON of at most so many bytes: where it would be more, entries lose their content, and where even that is
 * not enough, the last entries are left out. `omitted` says how many of each.
 */
export function renderPlan(plan: SyncPlan, limitBytes = PLAN_LIMIT_BYTES): string {
  const whole = JSON.stringify(plan);
  if (Buffer.byteLength(whole) <= limitBytes) return whole;
  const omitted = { entries: plan.entries.length, contents: plan.entries.length };
  let left = limitBytes - bytesOf({ ...plan, entries: [], omitted });
  const entries: PlanEntry[] = [];
  for (const bare of plan.entries.map(withoutContent)) {
    left -= bytesOf(bare) + 1;
    if (left < 0) break;
    entries.push(bare);
  }
  for (const [index, bare] of entries.entries()) {
    const full = plan.entries[index] ?? bare;
    const more = bytesOf(full) - bytesOf(bare);
    if (more > left) continue;
    left -= more;
    entries[index] = full;
  }
  const cut = {
    entries: plan.entries.length - entries.length,
    contents: entries.filter(({ isCut }) => isCut).length,
  };
  return JSON.stringify({ ...plan, entries, omitted: cut });
}

function withoutContent(entry: PlanEntry): PlanEntry {
  const { before, after, ...bare } = entry;
  return before || after ? { ...bare, isCut: true } : bare;
}

function bytesOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}
