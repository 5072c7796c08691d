import { callJson } from './answer.ts';
import type { ListOptions, ListPage } from './cluster.ts';
import type { Kind, KubeObject } from './objects.ts';
import { collectionPath, queryString } from './paths.ts';
import { type RawList, readList } from './read-object.ts';
import type { RestOptions } from './rest-cluster.ts';
import { subjectOf } from './subject.ts';
import type { ApiRequest } from './transport.ts';

/** The API server's own form of objects without spec, status and data (API concepts, metadata-only responses). */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/**
 * Lists by pages, each a quorum read of one consistent snapshot. Items of built-in kinds come without apiVersion and
 * kind; they are filled in.
 */
export async function* listPages<T extends KubeObject>(
  options: RestOptions,
  kind: Kind,
  { namespace, labelSelector, fieldSelector, pageSize = 500, metadataOnly, signal }: ListOptions = {},
): AsyncGenerator<ListPage<T>> {
  const subject = subjectOf('list', kind, { namespace });
  let next: string | undefined;
  do {
    const query = queryString({ limit: pageSize, continue: next, labelSelector, fieldSelector });
    const request: ApiRequest = {
      method: 'GET',
      path: `${collectionPath(kind, namespace)}${query}`,
      subject,
      repeatable: true,
      ...(metadataOnly ? { accept: METADATA_ONLY } : {}),
      timeoutMs: options.timeoutMs,
      signal,
    };
    const list: RawList<T> = await callJson(options, request, { read: readList<T> });
    next = list.continue;
    const items = list.items.map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }));
    yield { items, resourceVersion: list.resourceVersion };
  } while (next !== undefined);
}
