import { isRecord, type JsonRecord } from '../json.ts';
import type { KubeObject } from './objects.ts';

/**
 * An answer as an object of the API (API conventions, "Objects"); undefined where it is none: somebody else may answer in the
 * place of an API server, and with 200. What kind of object it is, its definition decides; that it is one, nobody else checks.
 */
export function readObject<T extends KubeObject>(value: unknown): T | undefined {
  if (!isRecord(value) || !isRecord(value['metadata'])) return undefined;
  const { metadata, data } = value;
  const { name, labels, annotations, ownerReferences } = metadata as JsonRecord;
  const isWhole = isTexts(labels) && isTexts(annotations) && isTexts(data) && isRecords(ownerReferences);
  if (typeof name !== 'string' || !isWhole) return undefined;
  const nulls = [labels, annotations, ownerReferences, data].some((part) => part === null);
  return (nulls ? { ...withoutNulls(value), metadata: withoutNulls(metadata as JsonRecord) } : value) as unknown as T;
}

/** What a reader of Go takes null for. */
function withoutNulls(value: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null));
}

export interface RawList<T> {
  readonly items: readonly T[];
  readonly continue: string | undefined;
  readonly resourceVersion: string;
}

/** A list of objects; undefined where it is none. No items at all may be null, as Go writes them. */
export function readList<T extends KubeObject>(value: unknown): RawList<T> | undefined {
  if (!isRecord(value)) return undefined;
  const { items: raw = [], metadata = {} } = value;
  const items = raw ?? [];
  if (!Array.isArray(items) || !isRecord(metadata)) return undefined;
  const objects = items.map((item) => readObject<T>(item)).filter((item) => item !== undefined);
  if (objects.length < items.length) return undefined;
  return {
    items: objects,
    continue: text(metadata['continue']) || undefined,
    resourceVersion: text(metadata['resourceVersion']),
  };
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');

function isTexts(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return isRecord(value) && Object.values(value).every((each) => typeof each === 'string');
}

function isRecords(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.every(isRecord));
}
