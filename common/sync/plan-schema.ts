import type { Schema } from '../resources/conform.ts';

const text: Schema = { type: 'string' };
const time: Schema = { type: 'string', description: 'RFC 3339, UTC, whole seconds' };
const count: Schema = { type: 'integer' };
const flag: Schema = { type: 'boolean' };
const anything: Schema = { type: 'object', additionalProperties: {} };

function object(required: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}): Schema {
  return { type: 'object', properties: { ...required, ...optional }, required: Object.keys(required) };
}

/** One entry of a plan; an entry that lacks kind, name or action is none. */
export const PLAN_ENTRY_SCHEMA: Schema = object(
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

export const PLAN_TOTALS_SCHEMA: Schema = object({
  create: count,
  update: count,
  delete: count,
  hold: count,
  fail: count,
  unchanged: count,
});

export const PLANNED_HOLD_SCHEMA: Schema = object({ id: text, count, since: time, budget: count, why: text });

export const PLAN_OMITTED_SCHEMA: Schema = object({ entries: count, contents: count });

/** JSON Schema (draft 2020-12) of a plan, v1: additive changes only. */
export const PLAN_SCHEMA: Schema = object(
  {
    schemaVersion: text,
    time,
    listed: count,
    complete: flag,
    totals: PLAN_TOTALS_SCHEMA,
    entries: { type: 'array', items: PLAN_ENTRY_SCHEMA },
  },
  {
    request: text,
    incompleteBecause: text,
    held: PLANNED_HOLD_SCHEMA,
    unknown: { type: 'array', items: text },
    omitted: PLAN_OMITTED_SCHEMA,
  },
);
