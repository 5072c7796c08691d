import { createHmac } from 'node:crypto';
import type { KubeObject, Secret } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import {
  ACCESS_ANNOTATION,
  ANNOTATION_PREFIX,
  FINGERPRINT_ANNOTATION,
  MANAGED_BY_LABEL,
  ROTATED_AT_ANNOTATION,
} from '#common/resources/names.ts';
import type { Sensitive } from '#common/sensitive.ts';
import { canonical } from './digest.ts';

/** The labels that are ours on an Application and on a Secret; others' are not compared. */
const OUR_LABELS: readonly string[] = [MANAGED_BY_LABEL, 'app', 'bundleId'];

/** They follow from the content and from the entries, which are compared by themselves. */
const MARKS: readonly string[] = [ACCESS_ANNOTATION, FINGERPRINT_ANNOTATION, ROTATED_AT_ANNOTATION];

/** Digits of a fingerprint: enough that two values never share one by chance. */
const FINGERPRINT_DIGITS = 16;

/**
 * The part of an Application or Secret that a plan compares: our labels and annotations, the spec, and of a Secret its
 * owners, type and a fingerprint for each key. Sorted, and without what readers take for absent.
 */
export function comparable(object: KubeObject, key: Sensitive): object {
  const { apiVersion, kind, metadata } = object;
  const isSecret = kind !== APPLICATION.kind;
  const rest = isSecret ? secretParts(object, key) : { spec: canonical((object as Application).spec) };
  return { apiVersion, kind, metadata: { ...commonMetadata(metadata), ...(isSecret && owners(object)) }, ...rest };
}

function commonMetadata({ name, namespace, labels, annotations }: KubeObject['metadata']) {
  const ours = {
    annotations: pick(annotations, (key) => key.startsWith(ANNOTATION_PREFIX) && !MARKS.includes(key)),
    labels: pick(labels, (key) => OUR_LABELS.includes(key)),
  };
  return { name, ...(namespace === undefined ? {} : { namespace }), ...(canonical(ours) as object | undefined) };
}

function owners({ metadata }: KubeObject): object {
  const references = metadata.ownerReferences ?? [];
  return references.length === 0
    ? {}
    : { ownerReferences: references.map(({ kind, name, uid }) => ({ kind, name, uid })) };
}

function secretParts(secret: Secret, key: Sensitive): object {
  const { name, namespace } = secret.metadata;
  const data = Object.entries(secret.data ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([field, value]) => [field, fingerprint([namespace ?? '', name, field, value], key)]);
  return { type: secret.type ?? 'Opaque', data: Object.fromEntries(data) };
}

/**
 * Equal for equal values of the same field of the same Secret, and only there: a value cannot be tried out by putting it
 * into a Secret of one's own.
 */
function fingerprint(parts: readonly string[], key: Sensitive): string {
  const digest = createHmac('sha256', key.reveal()).update(parts.join('\0')).digest('hex');
  return `hmac:${digest.slice(0, FINGERPRINT_DIGITS)}`;
}

function pick(all: Readonly<Record<string, string>> = {}, isOurs: (key: string) => boolean): object {
  return Object.fromEntries(Object.entries(all).filter(([key]) => isOurs(key)));
}
