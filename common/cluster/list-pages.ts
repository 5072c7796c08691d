import { CompassError } from '../errors.ts';
import { callJson, isAnswerTooLarge } from './answer.ts';
import type { ListOptions, ListPage } from './cluster.ts';
import type { Kind, KubeObject } from './objects.ts';
import { collectionPath, queryString } from './paths.ts';
import { type RawList, readList } from './read-object.ts';
import type { RestOptions } from './rest-cluster.ts';
import { subjectOf } from './subject.ts';
import { describeRequest } from './translate.ts';
import type { ApiRequest } from './transport.ts';

/** The API server's own form of objects without spec, status and data (API concepts, metadata-only responses). */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** Objects a page at the most. */
const MOST_OBJECTS = 500;
/** After so many pages of one size the next size up is tried again. */
const PAGES_BEFORE_GROWTH = 8;
/** How many times the objects of one page the next one may have: those that follow may be larger. */
const MOST_GROWTH = 4;

/**
 * Lists by pages, each a quorum read of one consistent snapshot. Items of built-in kinds come without apiVersion and
 * kind; they are filled in. A page that is too large to be read is asked for again with half as many objects, down to
 * one, and the pages grow again slowly: how large the objects are is up to whoever stores them.
 */
export async function* listPages<T extends KubeObject>(
  options: RestOptions,
  kind: Kind,
  list: ListOptions = {},
): AsyncGenerator<ListPage<T>> {
  const limits = list.pageBytes === undefined ? steadyLimits(list.pageSize) : weighedLimits(list.pageBytes);
  let limit = list.pageSize ?? MOST_OBJECTS;
  let next: string | undefined;
  do {
    const page: Page<T> = await readPage<T>(options, kind, list, limit, next);
    next = page.continue;
    limit = limits(page, limit);
    const items = page.items.map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }));
    yield { items, resourceVersion: page.resourceVersion };
  } while (next !== undefined);
}

interface Page<T> extends RawList<T> {
  /** How many objects were asked for in the end. */
  readonly limit: number;
  /** In bytes, more or less. */
  readonly length: number;
}

/** How many objects to ask for next, after a page for which so many were asked at first. */
type Limits = (page: Page<unknown>, asked: number) => number;

/** As many as were said, or as many of them as could be read. */
function steadyLimits(pageSize = MOST_OBJECTS): Limits {
  let pagesOfThisSize = 0;
  return ({ limit }, asked) => {
    pagesOfThisSize = limit === asked ? pagesOfThisSize + 1 : 1;
    if (pagesOfThisSize < PAGES_BEFORE_GROWTH) return limit;
    pagesOfThisSize = 0;
    return Math.min(pageSize, limit * 2);
  };
}

/** As many as weigh so much, if they are like those before. */
function weighedLimits(pageBytes: number): Limits {
  return ({ items, length, limit }) => {
    const fitting = Math.floor((pageBytes * items.length) / length);
    return Math.max(1, Math.min(fitting, limit * MOST_GROWTH, MOST_OBJECTS));
  };
}

/** One page, of at most `limit` objects. The `continue` of a page serves with any limit: it says where to go on. */
async function readPage<T extends KubeObject>(
  options: RestOptions,
  kind: Kind,
  list: ListOptions,
  limit: number,
  next: string | undefined,
): Promise<Page<T>> {
  try {
    return await requestPage<T>(options, kind, list, limit, next);
  } catch (error) {
    if (!isAnswerTooLarge(error)) throw error;
    if (limit > 1) return readPage(options, kind, list, Math.floor(limit / 2), next);
    throw await namedTooLarge(options, kind, list, next);
  }
}

async function requestPage<T extends KubeObject>(
  options: RestOptions,
  kind: Kind,
  { namespace, labelSelector, fieldSelector, metadataOnly, signal }: ListOptions,
  limit: number,
  next: string | undefined,
): Promise<Page<T>> {
  const request: ApiRequest = {
    method: 'GET',
    path: `${collectionPath(kind, namespace)}${queryString({ limit, continue: next, labelSelector, fieldSelector })}`,
    subject: subjectOf('list', kind, { namespace }),
    repeatable: true,
    ...(metadataOnly ? { accept: METADATA_ONLY } : {}),
    timeoutMs: options.timeoutMs,
    signal,
  };
  let length = 0;
  const onLength = (characters: number) => {
    length = characters;
  };
  const list = await callJson(options, request, { read: readList<T>, onLength });
  return { ...list, limit, length };
}

/** The error of one object that is too large by itself; its name is in its metadata, where these are not what is too large. */
async function namedTooLarge(
  options: RestOptions,
  kind: Kind,
  list: ListOptions,
  next: string | undefined,
): Promise<CompassError> {
  const bare = await requestPage(options, kind, { ...list, metadataOnly: true }, 1, next).catch(() => undefined);
  const name = bare?.items[0]?.metadata.name;
  const request = describeRequest(subjectOf('list', kind, { namespace: list.namespace }));
  const which = name === undefined ? 'one object' : JSON.stringify(name);
  return new CompassError('ClusterUnavailable', `cannot ${request}: ${which} alone is larger than what is read`);
}
