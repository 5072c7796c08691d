import { asString, isObject, type Json, type JsonObject } from '../json.ts';
import { age } from './columns.ts';
import type { Column } from './resource.ts';

/** A column of `additionalPrinterColumns`. */
export function printerColumn(definition: JsonObject): Column {
  const type = asString(definition['type']);
  const path = parsePath(asString(definition['jsonPath']));
  return {
    name: asString(definition['name']),
    type,
    format: asString(definition['format']),
    description:
      asString(definition['description']) ||
      `Custom resource definition column (in JSONPath format): ${asString(definition['jsonPath'])}`,
    priority: typeof definition['priority'] === 'number' ? definition['priority'] : 0,
    value: (object, now) => cell(select(object, path), type, now),
  };
}

function cell(value: Json | undefined, type: string, now: Date): string | number | boolean | null {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'date':
      return age(asString(value), now);
    case 'integer':
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    default:
      return typeof value === 'string' ? value : JSON.stringify(value);
  }
}

type Step = (value: Json) => Json | undefined;

/** JSONPath as printer columns use it: members, ['members'], [indexes], [?(@.key=="value")], [*]. */
function parsePath(text: string): Step[] {
  const steps: Step[] = [];
  const token = /\.((?:\\.|[^.[\]\\])+)|\['([^']+)'\]|\[(\d+)\]|\[\?\(@\.([\w.]+)\s*==\s*["']([^"']*)["']\)\]|\[\*\]/gy;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [, dotted, quoted, index, key, wanted] = match;
    const name = dotted?.replaceAll(/\\(.)/g, '$1') ?? quoted;
    if (name !== undefined) steps.push((value) => (isObject(value) ? value[name] : undefined));
    else if (key !== undefined) steps.push((value) => matching(value, key, wanted ?? ''));
    else steps.push((value) => (Array.isArray(value) ? value[Number(index ?? 0)] : undefined));
  }
  return steps;
}

function matching(value: Json, key: string, wanted: string): Json | undefined {
  if (!Array.isArray(value)) return;
  const names = key.split('.');
  return value.find((item) => {
    const found = names.reduce<Json | undefined>((part, name) => (isObject(part) ? part[name] : undefined), item);
    return String(found) === wanted;
  });
}

function select(value: Json, steps: Step[]): Json | undefined {
  return steps.reduce<Json | undefined>((part, step) => (part === undefined ? undefined : step(part)), value);
}
