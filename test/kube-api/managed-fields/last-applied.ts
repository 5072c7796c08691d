import { asString, at, canonical, isObject, type Json, type JsonObject } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { FieldSet } from './field-set.ts';
import { compare, toFieldSet } from './typed.ts';
import type { Writer } from './update.ts';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** kubectl's manager name in server-side apply: the only one that takes over from client-side apply. */
const kubectl = 'kubectl';

/**
 * The fields that kubectl may take without force because its own client-side apply set them: those of the
 * last-applied annotation that still have the annotation's value.
 */
export function takenOver(live: KubeObject, { manager, apiVersion, schema }: Writer): FieldSet {
  const last = manager === kubectl ? parse(lastApplied(live)) : undefined;
  if (last === undefined || last['apiVersion'] !== apiVersion) return new FieldSet();
  const { added, modified, removed } = compare(last, live, schema);
  return toFieldSet(last, schema).difference(added).difference(modified).difference(removed);
}

/** The applied object with its last-applied annotation, where it has one, brought up to what kubectl applied now. */
export function refreshed(applied: KubeObject, config: KubeObject, manager: string): KubeObject {
  if (manager !== kubectl || lastApplied(applied) === '') return applied;
  const annotations = { ...applied.metadata.annotations, [annotation]: goJson(withoutAnnotation(config)) };
  return { ...applied, metadata: { ...applied.metadata, annotations } };
}

function lastApplied(object: KubeObject): string {
  return asString(at(object, 'metadata', 'annotations', annotation));
}

function parse(text: string): JsonObject | undefined {
  if (text === '') return;
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return; // somebody else wrote it: it then allows nothing
  }
}

function withoutAnnotation(config: KubeObject): KubeObject {
  const { annotations, ...metadata } = config.metadata;
  if (annotations === undefined) return config;
  const { [annotation]: _, ...kept } = annotations;
  return { ...config, metadata: { ...metadata, annotations: kept } };
}

/** JSON as Go's encoder writes it: sorted, what HTML minds escaped, a line feed at the end. */
function goJson(value: Json): string {
  const escaped = canonical(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${escaped}\n`;
}
