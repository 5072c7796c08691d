import type { Schema } from '../resources/conform.ts';
import { count, flag, object, text, time } from '../resources/schema.ts';

const anything: Schema = { type: 'object', additionalProperties: {} };

const entry = object(
  { kind: text, name: text, action: text },
  {
    namespace: text,
    application: text,
    listedAs: text,
    reason: text,
    message: text,
    before: anything,
    after: anything,
    isCut: flag,
  },
);

const totals = object({ create: count, update: count, delete: count, hold: count, fail: count, unchanged: count });

/** What every plan says, and what it says where there is something to say: the plugin's document has the same. */
export const PLAN_FIELDS = { listed: count, complete: flag, totals, entries: { type: 'array', items: entry } } as const;
export const OPTIONAL_PLAN_FIELDS = {
  incompleteBecause: text,
  held: object({ id: text, count, since: time, budget: count, why: text }, { goesAt: time, decision: text }),
  omitted: object({ entries: count, contents: count }),
};

/** JSON Schema (draft 2020-12) of a plan, v1: additive changes only. An entry that lacks kind, name or action is none. */
export const PLAN_SCHEMA: Schema = object(
  { schemaVersion: text, time, ...PLAN_FIELDS },
  { request: text, unknown: { type: 'array', items: text }, ...OPTIONAL_PLAN_FIELDS },
);
