import { isDeepStrictEqual } from 'node:util';
import type { DeletionDecision } from '#common/sync/deletion-decision.ts';
import type { KeptDeletions } from '#common/sync/outcome.ts';

type Raw = Readonly<Record<string, unknown>>;

const isObject = (raw: unknown): raw is Raw => typeof raw === 'object' && raw !== null;
const isTexts = (raw: unknown): raw is string[] => Array.isArray(raw) && raw.every((one) => typeof one === 'string');

/** What the state Secret holds of deletions; undefined where that is nothing, or nothing that makes sense. */
export function decodeDeletions(raw: unknown): KeptDeletions | undefined {
  if (!isObject(raw)) return undefined;
  const kept = { held: decodeHeld(raw['held']), decision: decodeDecision(raw['decision']) };
  return isNothing(kept) ? undefined : kept;
}

function decodeHeld(raw: unknown): KeptDeletions['held'] {
  if (!isObject(raw)) return undefined;
  const { id, since, members } = raw;
  if (typeof id !== 'string' || typeof since !== 'number' || !isTexts(members)) return undefined;
  return { id, since, members };
}

function decodeDecision(raw: unknown): DeletionDecision | undefined {
  if (!isObject(raw)) return undefined;
  const { plan, verdict, at, runtimeId, members, by } = raw;
  if (verdict !== 'approved' && verdict !== 'rejected') return undefined;
  if (typeof plan !== 'string' || typeof at !== 'number' || typeof runtimeId !== 'string') return undefined;
  const who = typeof by === 'string' ? { by } : {};
  return isTexts(members) ? { plan, verdict, at, runtimeId, members, ...who } : undefined;
}

function isNothing({ held, decision }: KeptDeletions): boolean {
  return held === undefined && decision === undefined;
}

/** Whether two say the same; one that is absent says nothing. */
export function isSameKept(one: KeptDeletions = {}, other: KeptDeletions = {}): boolean {
  return isDeepStrictEqual([one.held, one.decision], [other.held, other.decision]);
}
