import { formatTime } from '#common/clock.ts';
import type { Schema } from './conform.ts';
import { conformText } from './conform.ts';
import { count, list, object, text } from './schema.ts';

/** What may be known of one Secret of an Application without reading it. */
export interface PublishedSecret {
  readonly name: string;
  /** RFC 3339 in UTC, whole seconds, like `rotatedAt`. */
  readonly createdAt?: string | undefined;
  /** When its content last changed, where that was seen. */
  readonly rotatedAt?: string | undefined;
  /** Keyed: 32 hexadecimal digits. */
  readonly fingerprint?: string | undefined;
}

/**
 * The Secrets of Applications as of the last synchronization (schema v1), for those who may not list Secrets: the ConfigMap
 * `<connection name>-secrets` has it under SECRETS_KEY. Holds no value of a Secret.
 */
export interface PublishedSecrets {
  /** Where the Secrets are. */
  readonly namespace: string;
  readonly secrets: ReadonlyMap<string, PublishedSecret>;
  /** Whether some were left out to keep it small: then one that is not here may be there all the same. */
  readonly isCut: boolean;
}

/** As it is read: each Secret is one text of fields that blanks part, see renderSecrets. */
interface SecretsDocument {
  readonly schemaVersion: string;
  readonly namespace: string;
  readonly secrets: readonly string[];
  readonly omitted?: number;
}

export const SECRETS_SCHEMA_VERSION = 'v1';

/** The key in the ConfigMap's data. */
export const SECRETS_KEY = 'secrets.json';

/** What it may weigh: a ConfigMap holds 1 MiB. 10,000 Secrets with names of 58 characters are less. */
const SECRETS_LIMIT_BYTES = 960 * 1024;

/** Of the times, so that they are short. */
const BASE = 36;

/** What a field says where there is nothing. */
const NOTHING = '-';

const DOCUMENT: Schema = object(
  { schemaVersion: text, namespace: text, secrets: list(text) },
  { omitted: { ...count, description: 'how many Secrets were left out' } },
);

/** By name; each may be made when it is asked for, and there may be tens of thousands. */
interface ByName {
  keys(): Iterable<string>;
  get(name: string): PublishedSecret | undefined;
}

/** Records that are joined at a time: each by itself costs memory several times its length. */
const AT_A_TIME = 256;

/**
 * The Secrets as JSON of at most so many bytes, the same text for the same Secrets: sorted by name, each as `<name>
 * <created> <rotated> <fingerprint>`: seconds since the epoch, and seconds since it was created, both to the base 36, and
 * base64url. The last ones are left out where it would be more.
 */
export function renderSecrets(namespace: string, secrets: ByName, limitBytes = SECRETS_LIMIT_BYTES): string {
  const names = [...secrets.keys()].sort();
  const head = { schemaVersion: SECRETS_SCHEMA_VERSION, namespace };
  let left = limitBytes - JSON.stringify({ ...head, omitted: names.length, secrets: [] }).length;
  const parts: string[] = [];
  let records: string[] = [];
  const join = () => {
    if (records.length > 0) parts.push(records.join());
    records = [];
  };
  // What is rendered is ASCII without anything that JSON escapes.
  const firstOut = names.findIndex((name) => {
    const record = JSON.stringify(toRecord(secrets.get(name) ?? { name }));
    left -= record.length + 1;
    if (left < 0) return true;
    if (records.push(record) === AT_A_TIME) join();
    return false;
  });
  join();
  const omitted = firstOut < 0 ? {} : { omitted: names.length - firstOut };
  return `${JSON.stringify({ ...head, ...omitted }).slice(0, -1)},"secrets":[${parts.join()}]}`;
}

function toRecord({ name, createdAt, rotatedAt, fingerprint }: PublishedSecret): string {
  const created = toSeconds(createdAt);
  const rotated = toSeconds(rotatedAt);
  const since = rotated === undefined ? undefined : rotated - (created ?? 0);
  return [name, created?.toString(BASE) ?? NOTHING, since?.toString(BASE) ?? NOTHING, toShort(fingerprint)].join(' ');
}

function toSeconds(time: string | undefined): number | undefined {
  const epochMs = Date.parse(time ?? '');
  return Number.isNaN(epochMs) ? undefined : Math.floor(epochMs / 1_000);
}

function toShort(fingerprint = ''): string {
  return /^[\da-f]{32}$/.test(fingerprint) ? Buffer.from(fingerprint, 'hex').toString('base64url') : NOTHING;
}

/** The Secrets of a text, without whatever in it does not have the form it should; undefined where it is no such text. */
export function readSecrets(document: string | undefined): PublishedSecrets | undefined {
  const found = conformText(DOCUMENT, document) as SecretsDocument | undefined;
  if (!found) return undefined;
  const { namespace, secrets, omitted = 0 } = found;
  const known = secrets.map(fromRecord).filter(({ name }) => name !== '');
  return { namespace, secrets: new Map(known.map((secret) => [secret.name, secret])), isCut: omitted > 0 };
}

function fromRecord(record: string): PublishedSecret {
  const [name = '', created = NOTHING, since = NOTHING, short = NOTHING] = record.split(' ');
  const createdAt = fromSeconds(created);
  const rotatedAt = fromSeconds(since, createdAt === undefined ? 0 : Number.parseInt(created, BASE));
  const fingerprint = Buffer.from(short, 'base64url').toString('hex');
  return {
    name,
    ...(createdAt ? { createdAt } : {}),
    ...(rotatedAt ? { rotatedAt } : {}),
    ...(fingerprint.length === 32 ? { fingerprint } : {}),
  };
}

function fromSeconds(field: string, since = 0): string | undefined {
  if (!/^-?[\da-z]{1,7}$/.test(field)) return undefined;
  return formatTime((Number.parseInt(field, BASE) + since) * 1_000);
}
