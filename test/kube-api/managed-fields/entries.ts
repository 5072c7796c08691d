import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import type { Schema } from '../schema/schema.ts';
import { FieldSet, fromFieldsV1, toFieldsV1 } from './field-set.ts';
import { expandLeaves } from './typed.ts';

/** One manager's claim on fields. Managers are told apart by name, operation and version. */
export type Claim = {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time: string | undefined;
  set: FieldSet;
};

/** Claims by identity. */
export type Claims = Map<string, Claim>;

/** The identity of a claim; its text also gives the order of managers in conflict messages. */
export function identity(claim: Pick<Claim, 'manager' | 'operation' | 'apiVersion'>): string {
  const { manager, operation, apiVersion } = claim;
  return JSON.stringify({ manager, operation, ...(operation === 'Update' ? { apiVersion } : {}) });
}

/** Reads metadata.managedFields; entries that cannot be read count as none at all. */
export function decodeClaims(entries: ManagedFieldsEntry[] | undefined): Claims {
  const claims: Claims = new Map();
  for (const entry of entries ?? []) {
    if (entry.fieldsType !== 'FieldsV1') return new Map();
    const { operation, apiVersion } = entry;
    const claim = {
      manager: entry.manager ?? '',
      operation,
      apiVersion,
      time: entry.time,
      set: fromFieldsV1(entry.fieldsV1 ?? {}),
    };
    claims.set(identity(claim), claim);
  }
  return claims;
}

/** The claims brought up to date with the object that they are about. */
export function reconcile(claims: Claims, live: KubeObject, schema: Schema): Claims {
  const bare = withoutClaims(live);
  return new Map([...claims].map(([id, claim]) => [id, { ...claim, set: expandLeaves(claim.set, bare, schema) }]));
}

/** metadata.managedFields of claims, in the genuine server's order: operation, time, manager, version. */
function encodeClaims(claims: Claims): ManagedFieldsEntry[] {
  const sorted = [...claims.values()].sort((left, right) => (sortKey(left) < sortKey(right) ? -1 : 1));
  return sorted.map((claim) => ({
    manager: claim.manager,
    operation: claim.operation,
    apiVersion: claim.apiVersion,
    ...(claim.time === undefined ? {} : { time: claim.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(claim.set),
  }));
}

function sortKey(claim: Claim): string {
  return [claim.operation, claim.time ?? '', claim.manager, claim.apiVersion].join('\0');
}

const neverClaimed = new FieldSet();
for (const name of ['apiVersion', 'kind', 'metadata']) neverClaimed.insert([`f:${name}`]);
for (const name of [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
]) {
  neverClaimed.insert(['f:metadata', `f:${name}`]);
}

/** Takes what the server itself owns out of every claim, and drops claims to nothing. */
export function strip(claims: Claims): Claims {
  const result: Claims = new Map();
  for (const [id, claim] of claims) {
    const set = claim.set.difference(neverClaimed);
    if (!set.isEmpty) result.set(id, { ...claim, set });
  }
  return result;
}

/** The object without its managedFields: what is compared and merged. */
export function withoutClaims(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** The object with the claims as its managedFields (none when there are none). */
export function withClaims(object: KubeObject, claims: Claims): KubeObject {
  const bare = withoutClaims(object);
  const entries = encodeClaims(strip(claims));
  return entries.length === 0 ? bare : { ...bare, metadata: { ...bare.metadata, managedFields: entries } };
}
