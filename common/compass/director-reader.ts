import { isRecord, type JsonRecord } from '../json.ts';
import type {
  DirectorApi,
  DirectorApplication,
  DirectorAuth,
  DirectorBundle,
  DirectorCredential,
  DirectorEvent,
} from './director-types.ts';

/** Why one item of a listing cannot be used. Its message names fields, never values: some are secrets. */
export class InvalidItem extends Error {
  override readonly name = 'InvalidItem';
}

/** One page of any list, of which only the frame is checked. */
export interface RawPage {
  readonly items: readonly unknown[];
  readonly totalCount: number;
  /** The cursor of the next page; undefined on the last one. */
  readonly next: string | undefined;
}

/** A bundle whose definitions may go on in further pages. */
export interface RawBundle {
  readonly bundle: Omit<DirectorBundle, 'apiDefinitions' | 'eventDefinitions'>;
  readonly apiDefinitions: RawPage;
  readonly eventDefinitions: RawPage;
}

/** An Application whose bundles may go on in further pages. */
export interface RawApplication {
  readonly application: Omit<DirectorApplication, 'bundles'>;
  readonly bundles: RawPage;
}

/** Of one page: nobody is asked for more than 200. */
const MOST_ITEMS = 1_000;

export function readPage(value: unknown, field: string): RawPage {
  const page = record(value, field);
  const { data, pageInfo, totalCount } = page as { data?: unknown; pageInfo?: unknown; totalCount?: unknown };
  if (!Array.isArray(data)) throw new InvalidItem(`${field}.data is no list`);
  if (data.length > MOST_ITEMS) throw new InvalidItem(`${field}.data has more than ${MOST_ITEMS} items`);
  if (typeof totalCount !== 'number') throw new InvalidItem(`${field}.totalCount is missing`);
  const { hasNextPage, endCursor } = record(pageInfo, `${field}.pageInfo`) as {
    hasNextPage?: unknown;
    endCursor?: unknown;
  };
  if (typeof hasNextPage !== 'boolean') throw new InvalidItem(`${field}.pageInfo.hasNextPage is missing`);
  return {
    items: data,
    totalCount,
    next: hasNextPage ? text(endCursor, `${field}.pageInfo.endCursor`) : undefined,
  };
}

export function readApplication(value: unknown): RawApplication {
  const item = record(value, 'the application');
  return {
    application: {
      id: text(item['id'], 'id'),
      name: text(item['name'], 'name'),
      providerName: optionalText(item['providerName']),
      description: optionalText(item['description']),
      clientIds: readClientIds(item['auths']),
    },
    bundles: readPage(item['bundles'], 'bundles'),
  };
}

export function readBundle(value: unknown): RawBundle {
  const item = record(value, 'a bundle');
  const id = text(item['id'], 'id of a bundle');
  const of = (field: string) => `${field} of bundle ${id}`;
  return {
    bundle: {
      id,
      name: text(item['name'], of('name')),
      description: optionalText(item['description']),
      instanceAuthRequestInputSchema: readSchema(item['instanceAuthRequestInputSchema']),
      defaultInstanceAuth: readAuth(item['defaultInstanceAuth'], of('defaultInstanceAuth')),
    },
    apiDefinitions: readPage(item['apiDefinitions'], of('apiDefinitions')),
    eventDefinitions: readPage(item['eventDefinitions'], of('eventDefinitions')),
  };
}

export function readApi(value: unknown): DirectorApi {
  const item = record(value, 'an API definition');
  const id = text(item['id'], 'id of an API definition');
  return {
    id,
    name: text(item['name'], `name of API definition ${id}`),
    targetURL: text(item['targetURL'], `targetURL of API definition ${id}`),
  };
}

export function readEvent(value: unknown): DirectorEvent {
  const item = record(value, 'an event definition');
  const id = text(item['id'], 'id of an event definition');
  return { id, name: text(item['name'], `name of event definition ${id}`) };
}

function readClientIds(auths: unknown): string[] {
  if (auths === null || auths === undefined) return [];
  if (!Array.isArray(auths)) throw new InvalidItem('auths is no list');
  return auths.map((auth) => text(record(auth, 'one of auths')['id'], 'id of one of auths'));
}

/** The scalar JSONSchema is a string; a server that gives the JSON itself means the same. */
function readSchema(schema: unknown): string | null {
  if (schema === null || schema === undefined) return null;
  if (typeof schema === 'string') return schema;
  try {
    return JSON.stringify(schema);
  } catch (cause) {
    // What can be parsed cannot always be written.
    throw new InvalidItem('instanceAuthRequestInputSchema is nested too deeply', { cause });
  }
}

function readAuth(value: unknown, field: string): DirectorAuth | null {
  if (value === null || value === undefined) return null;
  const auth = record(value, field);
  return {
    credential: readCredential(auth['credential'], `credential in ${field}`),
    additionalHeaders: readLists(auth['additionalHeaders'], `additionalHeaders in ${field}`),
    additionalQueryParams: readLists(auth['additionalQueryParams'], `additionalQueryParams in ${field}`),
    requestAuth: readRequestAuth(auth['requestAuth'], `requestAuth in ${field}`),
  };
}

function readCredential(value: unknown, field: string): DirectorCredential | null {
  if (value === null || value === undefined) return null;
  const credential = record(value, field);
  const required = (key: string) => string(credential[key], `${key} of ${field}`);
  const typename = text(credential['__typename'], `__typename of ${field}`);
  if (typename === 'BasicCredentialData') {
    return { type: 'Basic', username: required('username'), password: required('password') };
  }
  if (typename === 'OAuthCredentialData') {
    const { clientId, clientSecret, url } = {
      clientId: required('clientId'),
      clientSecret: required('clientSecret'),
      url: required('url'),
    };
    return { type: 'OAuth', clientId, clientSecret, url };
  }
  return { type: 'Unknown', typename };
}

function readRequestAuth(value: unknown, field: string): { csrf: { tokenEndpointURL: string } | null } | null {
  if (value === null || value === undefined) return null;
  const { csrf = null } = record(value, field) as { csrf?: unknown };
  if (csrf === null) return { csrf: null };
  const url = text(record(csrf, `csrf of ${field}`)['tokenEndpointURL'], `csrf.tokenEndpointURL of ${field}`);
  return { csrf: { tokenEndpointURL: url } };
}

/** A list may be null: that is how Go writes an empty one. */
function readLists(value: unknown, field: string): Record<string, readonly string[]> | null {
  if (value === null || value === undefined) return null;
  const lists = Object.entries(record(value, field)).map(([key, listOrNull]): [string, readonly string[]] => {
    const list = listOrNull ?? [];
    if (!Array.isArray(list)) throw new InvalidItem(`${field} is no map of lists`);
    return [key, list.map((item) => string(item, `a value in ${field}`))];
  });
  return Object.fromEntries(lists);
}

function record(value: unknown, field: string): JsonRecord {
  if (!isRecord(value)) throw new InvalidItem(`${field} is missing`);
  return value;
}

/** A required text, which says something. */
function text(value: unknown, field: string): string {
  const present = string(value, field);
  if (present === '') throw new InvalidItem(`${field} is empty`);
  return present;
}

/** A required text, which may be empty: whether an empty password is good is not judged here. */
function string(value: unknown, field: string): string {
  if (typeof value !== 'string') throw new InvalidItem(`${field} is missing`);
  return value;
}

function optionalText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
