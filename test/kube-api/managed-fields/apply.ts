import { clone, equal, type Json } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { ApiError } from '../status.ts';
import {
  type Claim,
  type Claims,
  decodeClaims,
  identity,
  reconcile,
  strip,
  withClaims,
  withoutClaims,
} from './entries.ts';
import { displayPath, FieldSet } from './field-set.ts';
import { refreshed, takenOver } from './last-applied.ts';
import { compare, merge, removeItems, toFieldSet, withNamedParents } from './typed.ts';
import { type Writer, yieldFields } from './update.ts';

/**
 * Server-side apply: merges the applied configuration into the live object, removes what this manager gave up and
 * nobody else owns, and answers the result with its managedFields. Refuses with 409 where the configuration would
 * change fields of others, unless forced.
 */
export function apply(
  live: KubeObject,
  config: KubeObject,
  writer: Writer,
  force: boolean,
  isCreate: boolean,
): KubeObject {
  const { schema } = writer;
  const claims = reconcile(decodeClaims(live.metadata.managedFields), live, schema);
  const before = withoutClaims(live);
  if (claims.size === 0 && !isCreate) rememberFirst(claims, before, writer);
  const own = { manager: writer.manager, operation: 'Apply' as const, apiVersion: writer.apiVersion };
  const id = identity(own);
  const last = claims.get(id);
  const merged = merge(before, withoutClaims(config), schema) ?? {};
  claims.set(id, { ...own, time: last?.time, set: toFieldSet(withoutClaims(config), schema) });
  const stripped = strip(claims);
  const result = prune(merged, stripped, last, schema) as KubeObject;
  const change = compare(before, result, schema);
  const changed = change.added.union(change.modified);
  if (!force) refuseConflicts(stripped, id, changed.difference(takenOver(before, writer)));
  const after = yieldFields(stripped, change, id);
  const mine = after.get(id);
  if (mine !== undefined) after.set(id, { ...mine, time: writer.now });
  return refreshed(withClaims(clone(result), after), config, writer.manager);
}

/** An object stored before anybody's claims were kept: all of it belongs to a manager of that name. */
function rememberFirst(claims: Claims, before: KubeObject, writer: Writer): void {
  const first = { manager: 'before-first-apply', operation: 'Update' as const, apiVersion: writer.apiVersion };
  const nothing = { apiVersion: before.apiVersion, kind: before.kind, metadata: {} };
  claims.set(identity(first), { ...first, time: writer.now, set: compare(nothing, before, writer.schema).added });
}

/** Removes what the manager's last configuration had and no present claim covers. */
function prune(merged: Json, claims: Claims, last: Claim | undefined, schema: Writer['schema']): Json {
  if (last === undefined) return merged;
  let owned = new FieldSet();
  for (const claim of claims.values()) owned = owned.union(withNamedParents(claim.set, schema));
  const given = withNamedParents(last.set, schema).difference(owned);
  return given.isEmpty ? merged : removeItems(merged, given, schema);
}

function refuseConflicts(claims: Claims, own: string, changed: FieldSet): void {
  const conflicts = [...claims.entries()]
    .filter(([id]) => id !== own)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, claim]) => ({ claim, paths: claim.set.intersection(changed).paths() }))
    .filter(({ paths }) => paths.length > 0);
  const all = conflicts.flatMap(({ claim, paths }) =>
    paths.map((path) => ({ who: shown(claim), path: displayPath(path) })),
  );
  const [first] = all;
  if (first === undefined) return;
  const causes = all.map(({ who, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${who}`,
    field: path,
  }));
  const groups = conflicts.map(({ claim, paths }) =>
    [`conflicts with ${shown(claim)}:`, ...paths.map((path) => `- ${displayPath(path)}`)].join('\n'),
  );
  const text =
    all.length === 1
      ? `1 conflict: conflict with ${first.who}: ${first.path}`
      : `${all.length} conflicts: ${groups.join('\n')}`;
  throw new ApiError(409, 'Conflict', `Apply failed with ${text}`, { causes });
}

function shown(claim: Claim): string {
  const name = JSON.stringify(claim.manager);
  return claim.operation === 'Update' ? `${name} using ${claim.apiVersion}` : name;
}

/** Whether two objects differ in anything but the times in their managedFields. */
export function isSameObject(left: KubeObject, right: KubeObject): boolean {
  return equal(withoutTimes(left), withoutTimes(right));
}

function withoutTimes(object: KubeObject): KubeObject {
  const managedFields = object.metadata.managedFields?.map(({ time: _, ...entry }) => entry);
  return { ...object, metadata: { ...object.metadata, ...(managedFields ? { managedFields } : {}) } };
}
