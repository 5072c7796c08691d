import type { KubeObject, ObjectMeta } from '#common/cluster/objects.ts';
import { isRecord, parseJson } from '#common/json.ts';
import { ACCESS_ANNOTATION, ANNOTATION_PREFIX } from '#common/resources/names.ts';
import { REPORT_KEY } from '#common/resources/report.ts';
import { isSidecarName } from '../../connection/sidecar-pod.ts';
import { PROXY_ADDRESSES, withoutCredentials } from '../../output/without-credentials.ts';
import { WITHHELD } from './needles.ts';
import type { Redactor } from './redactor.ts';

/** Annotations of others that tell something and hold nothing that a person wrote. */
const KNOWN_ANNOTATIONS = /^(?:prometheus\.io|deployment\.kubernetes\.io|sidecar\.istio\.io)\/|\/restartedAt$/;

/** Variables of a container whose values tell how the sidecar is set. */
const KNOWN_VARIABLES = /^(?:APP_[A-Z0-9_]+|POD_[A-Z]+|MALLOC_[A-Z_]+|NO_PROXY|HTTPS?_PROXY)$/i;

/**
 * An object as it may be shown: without managed fields, with the annotations, variables and ConfigMap entries whose meaning is
 * known, and without whatever is or looks like a secret: of a Secret no value. What is withheld keeps its name.
 */
export function sanitize<T extends KubeObject>(object: T, redactor: Redactor): T {
  const { metadata, ...rest } = object;
  const shown = Object.entries(rest).map(([key, part]) => {
    if (object.kind === 'ConfigMap' && (key === 'data' || key === 'binaryData')) return [key, configMap(part)];
    const isValues = object.kind === 'Secret' && (key === 'data' || key === 'stringData') && isRecord(part);
    return [key, isValues ? Object.fromEntries(Object.keys(part).map((name) => [name, WITHHELD])) : containers(part)];
  });
  return redactor.value({ ...Object.fromEntries(shown), metadata: meta(metadata) }) as T;

  /** Of the ConfigMaps only the report is read from its text; each other entry is withheld. */
  function configMap(data: unknown): unknown {
    if (!isRecord(data)) return data;
    return Object.fromEntries(
      Object.entries(data).map(([key, text]) => [key, key === REPORT_KEY ? document(text) : WITHHELD]),
    );
  }

  function document(text: unknown): unknown {
    const parsed = typeof text === 'string' ? parseJson(text) : undefined;
    return parsed === undefined ? WITHHELD : JSON.stringify(redactor.value(parsed));
  }
}

/** The metadata of any object, a Secret's as well. */
export function meta({ managedFields: _fields, annotations, ...metadata }: ObjectMeta): ObjectMeta {
  if (!annotations) return metadata;
  const shown = Object.entries(annotations).map(([key, value]) => [key, isKnown(key) ? value : WITHHELD]);
  return { ...metadata, annotations: Object.fromEntries(shown) };
}

/** The access record is a part of credentials: kind and URLs, which the Application says as well. */
function isKnown(annotation: string): boolean {
  const isOurs = annotation.startsWith(ANNOTATION_PREFIX) && annotation !== ACCESS_ANNOTATION;
  return isOurs || KNOWN_ANNOTATIONS.test(annotation);
}

/** Pod templates, however deep: the values of variables, what is called with which words, what probes send, annotations. */
function containers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(containers);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      if (key === 'env' && Array.isArray(part))
        return [key, part.map(isSidecarName(value['name']) ? setting : withheld)];
      if (Array.isArray(part)) return [key, list(key, part)];
      if (key === 'metadata' && isRecord(part) && isRecord(part['annotations'])) return [key, meta(part as never)];
      return [key, containers(part)];
    }),
  );
}

/** The sidecar takes no arguments. Its neighbours' may be passwords, and the program alone tells enough. */
function list(key: string, items: readonly unknown[]): unknown {
  if (key === 'httpHeaders') return items.map(withheld);
  const isWords = items.every((item) => typeof item === 'string');
  if (key === 'args' && isWords) return items.map(() => WITHHELD);
  return key === 'command' && isWords ? items.map((word, at) => (at === 0 ? word : WITHHELD)) : containers(items);
}

/** A variable or a header: its name. */
function withheld(entry: unknown): unknown {
  return isRecord(entry) && entry['value'] !== undefined ? { ...entry, value: WITHHELD } : entry;
}

/** What the variables of the sidecar that would be secrets by their names end with: it reads none from there. */
const SECRET_VARIABLE =
  /(?:TOKEN|PASS(?:WORD|WD|PHRASE)?|PWD|CREDENTIALS?|KEY|(?<!_CERTIFICATES|_CONFIGURATION)_SECRET)$/i;

/** A variable of the sidecar's own container. */
function setting(entry: unknown): unknown {
  if (!isRecord(entry)) return entry;
  const name = String(entry['name']);
  if (!KNOWN_VARIABLES.test(name) || SECRET_VARIABLE.test(name)) return withheld(entry);
  const { value } = entry;
  return PROXY_ADDRESSES.includes(name) && typeof value === 'string'
    ? { ...entry, value: withoutCredentials(value) }
    : entry;
}
