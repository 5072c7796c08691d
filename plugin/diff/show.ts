import { isDeepStrictEqual } from 'node:util';
import { CompassError } from '#common/errors.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { type PlanEntry, planTotals, type SyncPlan } from '#common/sync/plan-document.ts';
import type { ParsedFlags } from '../flags.ts';

/** The parts of a plan that can be shown by themselves. */
const PARTS = ['spec', 'secrets', 'labels'] as const;

export type Part = (typeof PARTS)[number];

/** `--show`: all parts unless said. Throws Usage for one that there is not. */
export function readShow(flags: ParsedFlags): readonly Part[] {
  const texts = (flags.text('show') ?? '').split(',').filter((text) => text !== '');
  const parts = texts.map((text) => {
    const part = PARTS.find((candidate) => candidate === text.trim());
    if (part) return part;
    throw new CompassError('Usage', `--show is "${text}", and takes ${PARTS.join(', ')}, with commas between them`);
  });
  return parts.length === 0 ? PARTS : parts;
}

/** The plan as far as these parts are concerned: what does not differ in them is not in it. */
export function shownPlan(plan: SyncPlan, parts: readonly Part[]): SyncPlan {
  if (PARTS.every((part) => parts.includes(part))) return plan;
  const entries = plan.entries.flatMap((entry) => shownEntry(entry, parts));
  return { ...plan, entries, totals: planTotals(entries, plan.totals.unchanged) };
}

function shownEntry(entry: PlanEntry, parts: readonly Part[]): PlanEntry[] {
  const isApplication = entry.kind === APPLICATION.kind;
  if (isApplication ? !(parts.includes('spec') || parts.includes('labels')) : !parts.includes('secrets')) return [];
  const { before, after } = entry;
  const shown = {
    ...entry,
    ...(before && { before: shownContent(before, parts) }),
    ...(after && { after: shownContent(after, parts) }),
  };
  return entry.action === 'update' && before && isDeepStrictEqual(shown.before, shown.after) ? [] : [shown];
}

function shownContent(content: object, parts: readonly Part[]): object {
  const hidden = [
    parts.includes('spec') ? [] : 'spec',
    parts.includes('labels') ? [] : ['labels', 'annotations'],
  ].flat();
  const without = (object: object) =>
    Object.fromEntries(Object.entries(object).filter(([key]) => !hidden.includes(key)));
  const { metadata } = content as { readonly metadata?: object };
  return { ...without(content), ...(metadata && { metadata: without(metadata) }) };
}
