import type { KubeObject } from '../object.ts';
import type { Schema } from '../schema/schema.ts';
import { type Claims, decodeClaims, identity, reconcile, strip, withClaims, withoutClaims } from './entries.ts';
import { type Comparison, compare } from './typed.ts';

/** Who writes, when, and by which version and schema. */
export type Writer = { manager: string; apiVersion: string; schema: Schema; now: string };

/** Takes what somebody else changed or removed out of the other claims. */
export function yieldFields(claims: Claims, change: Comparison, except?: string): Claims {
  const lost = change.added.union(change.modified).union(change.removed);
  const result: Claims = new Map();
  for (const [id, claim] of claims) {
    const set = id === except ? claim.set : claim.set.difference(lost);
    if (!set.isEmpty) result.set(id, { ...claim, set });
  }
  return result;
}

/**
 * The managedFields after an update (any write but apply): what was added or changed belongs to the writer, what was
 * removed to nobody. `live` is undefined or the kind's empty object for a create.
 */
export function trackUpdate(live: KubeObject, next: KubeObject, writer: Writer, isCreate: boolean): KubeObject {
  const base = reconcile(baseClaims(live, next), live, writer.schema);
  if (base.size === 0 && !isCreate) return withoutClaims(next);
  const change = compare(withoutClaims(live), withoutClaims(next), writer.schema);
  const claims = yieldFields(base, change);
  const claim = { manager: writer.manager, operation: 'Update' as const, apiVersion: writer.apiVersion };
  const id = identity(claim);
  const gained = strip(new Map([[id, { ...claim, time: writer.now, set: change.added.union(change.modified) }]])).get(
    id,
  );
  if (gained !== undefined) {
    const before = claims.get(id);
    claims.set(id, before === undefined ? gained : { ...gained, set: gained.set.union(before.set) });
  }
  return withClaims(next, claims);
}

/** The claims that the written object brings (so they can be edited; `[{}]` resets them), else the stored ones. */
function baseClaims(live: KubeObject, next: KubeObject): Claims {
  const given = next.metadata.managedFields;
  if (given?.length === 1 && given[0] !== undefined && Object.keys(given[0]).length === 0) return new Map();
  const brought = decodeClaims(given);
  return brought.size > 0 ? brought : decodeClaims(live.metadata.managedFields);
}
