import { isRecord, type JsonRecord } from '#common/json.ts';
import type { Addition } from './additions.ts';
import { nameOf, type Template } from './template.ts';

/** A template with everything in it that is to be added. */
export function put(template: Template, additions: readonly Addition[]): Template {
  return additions.reduce<Template>((next, addition) => putAt(next, addition.path, addition) as Template, template);
}

function putAt(value: unknown, [step, ...rest]: readonly string[], addition: Addition): unknown {
  if (step === undefined) return putInto(value, addition);
  if (Array.isArray(value)) return value.map((item) => (nameOf(item) === step ? putAt(item, rest, addition) : item));
  const record: JsonRecord = isRecord(value) ? value : {};
  return { ...record, [step]: putAt(record[step], rest, addition) };
}

function putInto(value: unknown, addition: Addition): unknown {
  if ('entries' in addition) return { ...(isRecord(value) ? value : {}), ...addition.entries };
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return addition.at === 'start' ? [...addition.items, ...items] : [...items, ...addition.items];
}
