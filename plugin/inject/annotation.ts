import { isRecord, type JsonRecord, parseJson } from '#common/json.ts';

/** The annotation of a Pod template by which eject knows exactly what was added to it. */
export const INJECTED_ANNOTATION = 'compass.kyma-project.io/injected';

/** What inject did to a Pod template: everything that eject cannot know from the names of what was added. */
export interface InjectionRecord {
  /** Of the plugin that did it. */
  readonly version: string;
  readonly mode: 'reader' | 'full';
  /** Whether the sidecar is an init container that keeps running. */
  readonly native: boolean;
  /** The Secret whose credentials it reads: `namespace/name`. */
  readonly secret: string;
  /** The ServiceAccount that it was put in for; absent in what older plugins wrote. */
  readonly account?: string;
  /** Of a whole sidecar: where the Secrets of Applications are, and one of its bindings. */
  readonly integrationNamespace?: string;
  /** Fields of the Pod that were set, with the values that they got: by `/` below the template. */
  readonly sets: Readonly<Record<string, unknown>>;
  /** Lists and mappings that were made because there was none: they go with the last entry. */
  readonly made: readonly string[];
  /** How a null was written in whose place something stands now. */
  readonly was: Readonly<Record<string, string>>;
}

/** As the annotation's value: JSON on one line, without what is empty. */
export function writeRecord(record: InjectionRecord): string {
  const entries = Object.entries(record).filter(([, value]) => !isEmpty(value));
  return JSON.stringify(Object.fromEntries(entries));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** The record of an annotation; undefined where it is none of ours. */
export function readRecord(text: unknown): InjectionRecord | undefined {
  const value = typeof text === 'string' ? parseJson(text) : undefined;
  if (!isRecord(value)) return undefined;
  const { version, mode, native, secret, account, integrationNamespace } = value;
  if (typeof version !== 'string' || typeof secret !== 'string') return undefined;
  return {
    version,
    secret,
    mode: mode === 'full' ? 'full' : 'reader',
    native: native === true,
    ...(typeof account === 'string' ? { account } : {}),
    ...(typeof integrationNamespace === 'string' ? { integrationNamespace } : {}),
    sets: recordOf(value['sets']),
    made: (Array.isArray(value['made']) ? value['made'] : []).filter((one) => typeof one === 'string'),
    was: textsOf(value['was']),
  };
}

function recordOf(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}

function textsOf(value: unknown): Record<string, string> {
  const texts = Object.entries(recordOf(value)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}
