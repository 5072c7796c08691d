import { hash } from 'node:crypto';
import type { Secret } from '#common/cluster/objects.ts';
import { secretValues } from '#common/cluster/secret-values.ts';
import { parseJson } from '#common/json.ts';
import type { Application } from '#common/resources/application.ts';
import { MANAGED_BY_LABEL } from '#common/resources/names.ts';
import type { DesiredSecret } from './desired.ts';

/**
 * A digest of what matters about an Application: two that readers take for the same have the same digest. Empty and
 * absent are one, client ids are a set, keys have no order; what is written once, at creation, is left out.
 */
export function applicationDigest(application: Pick<Application, 'spec'> & { metadata: Labelled }): string {
  const { description, skipVerify, labels, services, compassMetadata } = application.spec ?? {};
  const ids: unknown = compassMetadata?.authentication?.clientIds;
  // Of another shape only where another definition lets it be: then it differs from any list.
  const clientIds = Array.isArray(ids) ? [...new Set(ids)].sort() : ids;
  return digest({
    managedBy: application.metadata.labels?.[MANAGED_BY_LABEL],
    id: compassMetadata?.applicationId,
    clientIds,
    description,
    skipVerify,
    labels,
    services,
  });
}

interface Labelled {
  readonly labels?: Readonly<Record<string, string>>;
}

/** What a Secret is told apart by. */
export interface SecretDigests {
  /** Of what matters about it: its whole data and the two labels that are ours. */
  readonly digest: string;
  /** Of its data alone. */
  readonly contentDigest: string;
}

export function secretDigests(secret: Pick<Secret, 'data'> & { metadata: Labelled }): SecretDigests {
  return digestsOf(secret.metadata.labels ?? {}, secretValues(secret));
}

export function desiredSecretDigests({ labels, content }: Pick<DesiredSecret, 'labels' | 'content'>): SecretDigests {
  return digestsOf(labels, content.reveal());
}

type Content = Readonly<Record<string, string>>;

function digestsOf(labels: Content, content: Content): SecretDigests {
  const contentDigest = digest(readable(content));
  return { digest: digest({ app: labels['app'], bundleId: labels['bundleId'], contentDigest }), contentDigest };
}

function readable(content: Content): Readonly<Record<string, unknown>> {
  const values = Object.entries(content).map(([key, value]) => [key, JSON_KEYS.includes(key) ? parsed(value) : value]);
  return Object.fromEntries(values);
}

/** These hold JSON, and the same JSON has many spellings: Go's escapes `<`, ours does not. */
const JSON_KEYS: readonly string[] = ['headers', 'queryParameters'];

function parsed(text: string): unknown {
  const value = parseJson(text);
  return value === undefined ? text : value;
}

/** Of 128 bits, as base64url: one is kept for each object. */
const DIGEST_LENGTH = 22;

function digest(value: unknown): string {
  return hash('sha256', canonicalText(value) ?? '', 'base64url').slice(0, DIGEST_LENGTH);
}

/** Deeper than anything that is meant; what lies below counts as it is written, because a stack has an end. */
const DEEPEST = 100;

/** What no stack can hold differs from anything that is meant, which is enough. */
function asWritten(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return 'nested without an end';
  }
}

/** Sorted keys, and nothing where there is nothing: readers take "", null, false, [], {} and absent as the same. */
export function canonical(value: unknown, depth = 0): unknown {
  if (value === '' || value === null || value === false) return undefined;
  if (typeof value !== 'object' || value === undefined) return value;
  if (depth === DEEPEST) return asWritten(value);
  if (Array.isArray(value)) {
    return value.length === 0 ? undefined : value.map((item) => canonical(item, depth + 1) ?? null);
  }
  const entries = Object.entries(value)
    .map(([key, item]) => [key, canonical(item, depth + 1)] as const)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** The canonical form as JSON, without building it: this runs several times for each object that is written. */
export function canonicalText(value: unknown, depth = 0): string | undefined {
  if (value === '' || value === null || value === false || value === undefined) return undefined;
  if (typeof value !== 'object') return JSON.stringify(value);
  if (depth === DEEPEST) return JSON.stringify(asWritten(value));
  return Array.isArray(value) ? arrayText(value, depth) : objectText(value as Readonly<Record<string, unknown>>, depth);
}

function arrayText(items: readonly unknown[], depth: number): string | undefined {
  if (items.length === 0) return undefined;
  let text = '[';
  for (const item of items) text += `${text.length > 1 ? ',' : ''}${canonicalText(item, depth + 1) ?? 'null'}`;
  return `${text}]`;
}

function objectText(object: Readonly<Record<string, unknown>>, depth: number): string | undefined {
  let text = '';
  for (const key of Object.keys(object).sort()) {
    const item = canonicalText(object[key], depth + 1);
    if (item !== undefined) text += `${text === '' ? '{' : ','}${quoted(key)}:${item}`;
  }
  return text === '' ? undefined : `${text}}`;
}

/** As JSON. Nearly all keys are the few of the kinds of objects; those of others are not remembered without an end. */
function quoted(key: string): string {
  const known = quotedKeys.get(key);
  if (known !== undefined) return known;
  const text = JSON.stringify(key);
  if (quotedKeys.size < MOST_QUOTED) quotedKeys.set(key, text);
  return text;
}

const quotedKeys = new Map<string, string>();
const MOST_QUOTED = 200;
