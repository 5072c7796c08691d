import { isRecord, type JsonRecord } from '#common/json.ts';
import { INJECTED_ANNOTATION, type InjectionRecord, readRecord } from './annotation.ts';

/** A Pod template: metadata and the spec of its Pods, as far as anything is known of it. */
export type Template = JsonRecord;

/** The sidecar's container, wherever it was put beside others. */
export const CONTAINER_NAME = 'compass-sidecar';

/** What is below a value by these keys; items of a list by their `name`. Undefined where there is nothing. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((parent, step) => {
    if (Array.isArray(parent)) return parent.find((item) => isRecord(item) && item['name'] === step);
    return isRecord(parent) ? parent[step] : undefined;
  }, value);
}

/** A list below a value, of what has fields; empty where there is none. */
export function recordsAt(value: unknown, path: readonly string[]): readonly JsonRecord[] {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

/** What inject left in a template; undefined where it was never there. */
export function recordIn(template: Template): InjectionRecord | undefined {
  return readRecord(valueAt(template, ['metadata', 'annotations', INJECTED_ANNOTATION]));
}

/** The ServiceAccount that the Pods run as. */
export function serviceAccountOf(template: Template): string {
  const spec = valueAt(template, ['spec']);
  const names = [valueAt(spec, ['serviceAccountName']), valueAt(spec, ['serviceAccount'])];
  return names.find((name): name is string => typeof name === 'string' && name !== '') ?? 'default';
}

/** The name of an item, as Kubernetes has one for containers, volumes and mounts. */
export function nameOf(item: unknown): string {
  const name = isRecord(item) ? item['name'] : undefined;
  return typeof name === 'string' ? name : '';
}
