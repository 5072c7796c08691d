import { forbiddenField } from '../causes.ts';
import { equal } from '../json.ts';
import type { KubeObject } from '../object.ts';
import type { Cause } from '../status.ts';

/** The rules of `immutable: true` on Secrets and ConfigMaps: neither it nor the data may change any more. */
export function immutableCauses(next: KubeObject, live: KubeObject, fields: string[]): Cause[] {
  if (live['immutable'] !== true) return [];
  const causes: Cause[] = [];
  const refusal = 'field is immutable when `immutable` is set';
  if (next['immutable'] !== true) causes.push(forbiddenField('immutable', refusal));
  for (const field of fields) if (!equal(next[field], live[field])) causes.push(forbiddenField(field, refusal));
  return causes;
}
