import { isDeepStrictEqual } from 'node:util';
import type { Application as ListedApplication } from '../../simulator/model.ts';
import { type Expected, expectedOf, type Settings } from './expected.ts';

/** An object of the API server, as it is in JSON. */
export interface RawObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly uid: string }[];
  };
  readonly spec?: unknown;
  readonly data?: Readonly<Record<string, string>>;
}

/** What a cluster holds: all Applications, and the Secrets of the integration namespace that have a bundle's label. */
export interface Found {
  readonly applications: readonly RawObject[];
  readonly secrets: readonly RawObject[];
}

/** Every difference between what is listed and what is there, one a line; none where the cluster is as it is to be. */
export function differences(listed: readonly ListedApplication[], found: Found, settings: Settings): string[] {
  const expected = expectedOf(listed, settings);
  const uids = new Map(found.applications.map(({ metadata }) => [metadata.name, metadata.uid]));
  return [
    ...compareNames('Application', expected.applications, found.applications),
    ...compareNames('Secret', expected.secrets, found.secrets),
    ...compareApplications(expected, found.applications),
    ...compareSecrets(expected, found.secrets, uids),
  ];
}

interface Named {
  readonly name: string;
}

function compareNames(kind: string, expected: readonly Named[], found: readonly RawObject[]): string[] {
  const wanted = new Set(expected.map(({ name }) => name));
  const present = new Set(found.map(({ metadata }) => metadata.name));
  return [
    ...[...wanted].filter((name) => !present.has(name)).map((name) => `${kind} ${name} is missing`),
    ...[...present].filter((name) => !wanted.has(name)).map((name) => `${kind} ${name} is too many`),
    ...(wanted.size === expected.length ? [] : [`two are to have one ${kind}'s name`]),
  ];
}

function compareApplications({ applications }: Expected, found: readonly RawObject[]): string[] {
  const byName = new Map(found.map((object) => [object.metadata.name, object]));
  return applications.flatMap(({ name, labels, annotations, spec }) => {
    const object = byName.get(name);
    if (!object) return [];
    const { encodeUrl, skipInstallation, skipVerify, ...rest } = object.spec as Record<string, unknown>;
    const flags = [encodeUrl, skipInstallation, skipVerify].filter((flag) => flag !== false);
    return [
      ...compareMarks(`Application ${name}`, object, labels, annotations),
      ...(flags.length === 0 ? [] : [`Application ${name}: a flag is not false`]),
      ...compareValues(`Application ${name}: spec`, spec, withSets(rest)),
    ];
  });
}

function compareSecrets(
  { secrets }: Expected,
  found: readonly RawObject[],
  uids: ReadonlyMap<string, string>,
): string[] {
  const byName = new Map(found.map((object) => [object.metadata.name, object]));
  return secrets.flatMap(({ name, owner, labels, annotations, data }) => {
    const object = byName.get(name);
    if (!object) return [];
    const owners = (object.metadata.ownerReferences ?? []).map((reference) =>
      [reference.kind, reference.name, reference.uid].join(' '),
    );
    const uid = uids.get(owner);
    const isOwned = isDeepStrictEqual(owners, [`Application ${owner} ${uid}`]);
    return [
      ...compareMarks(`Secret ${name}`, object, labels, annotations),
      // without the Application that is said already
      ...(isOwned || uid === undefined ? [] : [`Secret ${name}: owners differ`]),
      ...compareValues(`Secret ${name}: data`, data, decoded(object.data ?? {})),
    ];
  });
}

function compareMarks(
  what: string,
  { metadata }: RawObject,
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
): string[] {
  return [
    ...Object.entries(labels).map(([key, value]) => [`label ${key}`, value, metadata.labels?.[key]]),
    ...Object.entries(annotations).map(([key, value]) => [`annotation ${key}`, value, metadata.annotations?.[key]]),
  ].flatMap(([key, wanted, present]) => compareValues(`${what}: ${key}`, wanted, present));
}

/** Names the first place that differs; never a value, which may be a credential. */
function compareValues(what: string, wanted: unknown, present: unknown): string[] {
  if (isDeepStrictEqual(wanted, present)) return [];
  if (!isPlain(wanted) || !isPlain(present)) return [`${what} differs`];
  const keys = [...new Set([...Object.keys(wanted), ...Object.keys(present)])];
  return keys.flatMap((key) => compareValues(`${what}.${key}`, wanted[key], present[key]));
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Set);
}

/** Readers take empty and absent for the same, and the order of client ids for nothing. */
function withSets(value: unknown, key?: string): unknown {
  if (key === 'clientIds' && Array.isArray(value)) return new Set(value);
  if (Array.isArray(value)) return value.map((item) => withSets(item));
  if (!isPlain(value)) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, withSets(item, name)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== '' && item !== undefined));
}

const JSON_KEYS: readonly string[] = ['headers', 'queryParameters'];

function decoded(data: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => {
      const text = Buffer.from(value, 'base64').toString();
      return [key, JSON_KEYS.includes(key) ? parsed(text) : text];
    }),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
