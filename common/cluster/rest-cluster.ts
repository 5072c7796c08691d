import { CompassError, hasReason } from '../errors.ts';
import { parseJson } from '../json.ts';
import { isAbsence } from './absent.ts';
import { type Caller, call, callJson } from './answer.ts';
import type { Cluster, ObjectRef, WatchOptions, WriteOptions } from './cluster.ts';
import { listPages } from './list-pages.ts';
import { acceptOf } from './metadata-only.ts';
import type { Kind, KubeObject } from './objects.ts';
import { collectionPath, objectPath, queryString } from './paths.ts';
import { readObject } from './read-object.ts';
import { scrubSecret } from './scrub.ts';
import { subjectOf } from './subject.ts';
import { describeRequest } from './translate.ts';
import type { ApiRequest } from './transport.ts';

/** How a Cluster talks: to whom, as whom, and for how long at most. */
export interface RestOptions extends Caller {
  /** For one call, in milliseconds. */
  readonly timeoutMs: number;
  /** How long after its end by `timeoutSeconds` a watch may stay silent before it is cut, in milliseconds. */
  readonly watchMarginMs: number;
}

type WriteRequest = Omit<ApiRequest, 'timeoutMs' | 'signal' | 'body'>;

function refOf(kind: Kind, { metadata: { name, namespace } }: KubeObject): ObjectRef {
  return { kind, name, namespace };
}

function writeQuery({ fieldManager, dryRun }: WriteOptions): Record<string, string | undefined> {
  return { fieldManager, dryRun: dryRun ? 'All' : undefined };
}

/** The Cluster over HTTPS. Every method is one request, but for the pages of a list. */
export function restCluster(options: RestOptions): Cluster {
  const { endpoint, timeoutMs } = options;

  async function write<T extends KubeObject>(
    request: WriteRequest,
    body: object,
    kind: Kind,
    { signal, metadataOnly }: WriteOptions,
  ): Promise<T> {
    // What it held is decoded only where there is something to be said of it.
    const scrub = kind.plural === 'secrets' ? (message: string) => scrubSecret(body)(message) : undefined;
    return callJson(
      options,
      { ...request, ...acceptOf(metadataOnly), body: JSON.stringify(body), timeoutMs, signal },
      { scrub, read: readObject<T> },
    );
  }

  const cluster: Cluster = {
    server: endpoint.server,
    within: (limitMs) => restCluster({ ...options, timeoutMs: limitMs }),
    close: () => endpoint.close(),

    async get<T extends KubeObject>(ref: ObjectRef, signal?: AbortSignal) {
      const subject = subjectOf('get', ref.kind, ref);
      const path = objectPath(ref);
      const request: ApiRequest = { method: 'GET', path, subject, repeatable: true, timeoutMs, signal };
      return callJson(options, request, { read: readObject<T> });
    },

    async find<T extends KubeObject>(ref: ObjectRef, signal?: AbortSignal) {
      try {
        return await cluster.get<T>(ref, signal);
      } catch (error) {
        if (isAbsence(error, ref.kind)) return undefined;
        throw error;
      }
    },

    listPages: (kind, list) => listPages(options, kind, list),

    async create<T extends KubeObject>(kind: Kind, object: T, write_: WriteOptions = {}) {
      const ref = refOf(kind, object);
      const path = `${collectionPath(kind, kind.namespaced ? (ref.namespace ?? '') : undefined)}${queryString(writeQuery(write_))}`;
      const subject = subjectOf('create', kind, ref);
      return write<T>({ method: 'POST', path, subject, repeatable: false }, object, kind, write_);
    },

    async replace<T extends KubeObject>(kind: Kind, object: T, write_: WriteOptions = {}) {
      const ref = refOf(kind, object);
      const path = `${objectPath(ref, write_.subresource)}${queryString(writeQuery(write_))}`;
      const subject = subjectOf('update', kind, ref, write_.subresource);
      return write<T>({ method: 'PUT', path, subject, repeatable: false }, object, kind, write_);
    },

    async mergePatch<T extends KubeObject>(ref: ObjectRef, patch: object, write_: WriteOptions = {}) {
      const path = `${objectPath(ref, write_.subresource)}${queryString(writeQuery(write_))}`;
      const subject = subjectOf('patch', ref.kind, ref, write_.subresource);
      const contentType = 'application/merge-patch+json';
      const request: WriteRequest = { method: 'PATCH', path, subject, contentType, repeatable: false };
      return write<T>(request, patch, ref.kind, write_);
    },

    async apply<T extends KubeObject>(kind: Kind, object: T, apply: Parameters<Cluster['apply']>[2]) {
      const ref = refOf(kind, object);
      const path = `${objectPath(ref, apply.subresource)}${queryString({ ...writeQuery(apply), force: apply.force })}`;
      const subject = subjectOf('patch', kind, ref, apply.subresource);
      const contentType = 'application/apply-patch+yaml';
      // The same set of fields twice is the same state, unless it is bound to a version.
      const repeatable = object.metadata.resourceVersion === undefined;
      return write<T>({ method: 'PATCH', path, subject, contentType, repeatable }, object, kind, apply);
    },

    async delete(ref, { uid, resourceVersion, propagationPolicy, dryRun, signal } = {}) {
      const body = JSON.stringify({
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        ...(uid || resourceVersion ? { preconditions: { uid, resourceVersion } } : {}),
        ...(propagationPolicy ? { propagationPolicy } : {}),
        ...(dryRun ? { dryRun: ['All'] } : {}),
      });
      const subject = subjectOf('delete', ref.kind, ref);
      const path = objectPath(ref);
      try {
        await call(options, { method: 'DELETE', path, subject, body, repeatable: false, timeoutMs, signal });
        return true;
      } catch (error) {
        if (hasReason(error, 'ClusterNotFound', 'NotInstalled')) return false;
        throw error;
      }
    },

    // Streams are loaded on use: most runs of the plugin have none.
    async *lines(path, lines) {
      const { linesStream } = await import('./rest-lines.ts');
      yield* linesStream(options, path, lines);
    },

    async *watch<T extends KubeObject>(kind: Kind, watch: WatchOptions) {
      const { watchStream } = await import('./rest-watch.ts');
      yield* watchStream<T>(options, kind, watch);
    },

    async raw(path, signal) {
      const subject = { verb: 'get', resource: path };
      const answer = await call(options, { method: 'GET', path, subject, repeatable: true, timeoutMs, signal });
      const value = answer.isJson ? parseJson(answer.text) : answer.text;
      if (value !== undefined) return value;
      throw new CompassError('ClusterUnavailable', `cannot ${describeRequest(subject)}: the answer is not JSON`);
    },

    async post<T>(path: string, body: object, signal?: AbortSignal) {
      const subject = { verb: 'create', resource: path };
      const text = JSON.stringify(body);
      return callJson<T>(options, {
        method: 'POST',
        path,
        subject,
        body: text,
        repeatable: false,
        timeoutMs,
        signal,
      });
    },
  };
  return cluster;
}
