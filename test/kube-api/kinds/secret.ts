import { invalidValue, required } from '../causes.ts';
import { asObject, asString, at, equal, isObject, type JsonObject } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { boolean, map, string } from '../schema/schema.ts';
import type { Cause } from '../status.ts';
import { countColumn, memberColumn } from './columns.ts';
import { defineKind } from './define.ts';
import { immutableCauses } from './immutable.ts';
import { configKeyCauses } from './names.ts';

const sizeLimitBytes = 1024 * 1024;

/** Secrets: stringData is write-only, type is fixed at creation, `immutable` freezes the data. */
export const secretKind = defineKind({
  kind: 'Secret',
  plural: 'secrets',
  properties: {
    data: map({ type: 'string', format: 'byte' }),
    stringData: map(string),
    type: string,
    immutable: boolean,
  },
  columns: [memberColumn('Type', 'type'), countColumn('Data', 'data')],
  fill: (object) => {
    const { stringData, ...rest } = object;
    const data: JsonObject = { ...asObject(rest['data']) };
    for (const [key, value] of Object.entries(asObject(stringData))) {
      data[key] = Buffer.from(asString(value)).toString('base64');
    }
    const filled: KubeObject = { ...rest, type: rest['type'] ?? 'Opaque' };
    return Object.keys(data).length === 0 ? filled : { ...filled, data };
  },
  validate: (next, live) => [...contentCauses(next), ...(live ? updateCauses(next, live) : [])],
});

function updateCauses(next: KubeObject, live: KubeObject): Cause[] {
  const causes = immutableCauses(next, live, ['data']);
  if (equal(next['type'], live['type'])) return causes;
  return [invalidValue('type', asString(next['type']), 'field is immutable'), ...causes];
}

function contentCauses(secret: KubeObject): Cause[] {
  const data = asObject(secret['data']);
  const causes = Object.keys(data).flatMap((key) => configKeyCauses(`data[${key}]`, key));
  const size = Object.values(data).reduce(
    (sum: number, value) => sum + Buffer.byteLength(asString(value), 'base64'),
    0,
  );
  if (size > sizeLimitBytes) {
    causes.push({
      reason: 'FieldValueTooLong',
      message: `Too long: must have at most ${sizeLimitBytes} bytes`,
      field: 'data',
    });
  }
  for (const key of requiredKeys[asString(secret['type'])] ?? []) {
    if (data[key] === undefined) causes.push(required(`data[${key}]`));
  }
  return [...causes, ...dockerCauses(secret)];
}

const requiredKeys: Record<string, string[]> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
};

function dockerCauses(secret: KubeObject): Cause[] {
  const isToken = secret['type'] === 'kubernetes.io/service-account-token';
  const account = at(secret, 'metadata', 'annotations', 'kubernetes.io/service-account.name');
  return isToken && !account ? [required('metadata.annotations[kubernetes.io/service-account.name]')] : [];
}

/** Whether data values are strings of base64: anything else cannot be decoded. */
export function hasReadableData(object: JsonObject): boolean {
  const { data } = object;
  if (!isObject(data)) return true;
  return Object.values(data).every(
    (value) => value === null || (typeof value === 'string' && /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value)),
  );
}
