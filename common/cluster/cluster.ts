import type { Kind, KubeObject } from './objects.ts';
import type { RequestSubject } from './translate.ts';

/** One object: its kind, its name and, where the kind is namespaced, its namespace. */
export interface ObjectRef {
  readonly kind: Kind;
  readonly name: string;
  readonly namespace?: string | undefined;
}

export interface WriteOptions {
  readonly fieldManager?: string;
  /** `dryRun=All`: the server checks everything (rights, admission, quota, schema) and stores nothing. */
  readonly dryRun?: boolean;
  /** The status subresource instead of the object. */
  readonly subresource?: 'status';
  /** The answer is to have the metadata only: for what is large, and known as it was sent. */
  readonly metadataOnly?: boolean;
  readonly signal?: AbortSignal;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Takes fields over that other managers own. */
  readonly force?: boolean;
}

export interface DeleteOptions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export interface ListOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects a page; 500 unless said. With `pageBytes` those of the first one. */
  readonly pageSize?: number;
  /** What a page is to weigh, in bytes: how many objects the further ones have follows from it, 500 at most. */
  readonly pageBytes?: number;
  /** Asks for the metadata of the objects alone (PartialObjectMetadata): a Secret's values then never leave the server. */
  readonly metadataOnly?: boolean;
  readonly signal?: AbortSignal;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

export type WatchEvent<T> =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: T }
  | { readonly type: 'bookmark'; readonly resourceVersion: string };

export interface WatchOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects without spec, status and data. */
  readonly metadataOnly?: boolean;
  readonly resourceVersion: string;
  /** After how many seconds the server ends the watch; 300 unless said. */
  readonly timeoutSeconds?: number;
  readonly signal: AbortSignal;
}

export interface LinesOptions {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** What the request is about, for messages: the path unless said. */
  readonly subject?: RequestSubject;
}

/**
 * The Kubernetes API, as much as this project needs: one object of JSON in, one out, over few keep-alive connections.
 *
 * Every method throws CompassError: ClusterUnreachable (no connection, time-out, TLS), ClusterUnauthorized (401, after
 * the credential was read anew once), ClusterForbidden (403), ClusterNotFound (404 of the object), NotInstalled (404 of
 * the kind), ClusterConflict and ClusterAlreadyExists (409), ClusterRefused (400, 405, 413, 415, 422, and webhooks that
 * deny), ClusterThrottled (429, with retryAfterMs), ClusterUnavailable (5xx), ClusterWatchExpired (410). The message
 * carries verb, resource, name and the server's own message, 500 characters of it at most; bodies and headers never.
 * `maybeDone` says that a write was sent and its outcome is unknown. An aborted call throws ClusterUnreachable; an
 * aborted watch ends.
 */
export interface Cluster {
  /** Where the API server is, for messages. */
  readonly server: string;
  get<T extends KubeObject>(ref: ObjectRef, signal?: AbortSignal): Promise<T>;
  /** As get, but undefined where there is none: 404, also of the kind itself. */
  find<T extends KubeObject>(ref: ObjectRef, signal?: AbortSignal): Promise<T | undefined>;
  /** Page by page; an expired `continue` (410) throws ClusterWatchExpired, and nothing may be concluded from the pages so far. */
  listPages<T extends KubeObject>(kind: Kind, options?: ListOptions): AsyncIterable<ListPage<T>>;
  create<T extends KubeObject>(kind: Kind, object: T, options?: WriteOptions): Promise<T>;
  /** PUT; optimistic when the object carries a resourceVersion. */
  replace<T extends KubeObject>(kind: Kind, object: T, options?: WriteOptions): Promise<T>;
  /**
   * JSON merge patch (RFC 7386). metadata.resourceVersion in the patch is a precondition (ClusterConflict); so is
   * metadata.uid, which old servers answer as ClusterRefused.
   */
  mergePatch<T extends KubeObject>(ref: ObjectRef, patch: object, options?: WriteOptions): Promise<T>;
  /** Server-side apply. */
  apply<T extends KubeObject>(kind: Kind, object: T, options: ApplyOptions): Promise<T>;
  /** True when it was there. */
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<boolean>;
  /** Ends normally when the server ends it; throws as said above. The caller restarts it (see watch.ts, which does). */
  watch<T extends KubeObject>(kind: Kind, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** Any GET outside the kinds, parsed JSON or text: discovery, /version, /readyz. */
  raw(path: string, signal?: AbortSignal): Promise<unknown>;
  /**
   * Any GET whose answer is text, line by line and no faster than they are taken: the log of a Pod. A line of more than
   * 256 KiB is cut, and says so. Ends normally when the server or the signal ends it; the caller starts it again.
   */
  lines(path: string, options: LinesOptions): AsyncIterable<string>;
  /** Any POST outside the kinds (SelfSubjectAccessReview, TokenRequest). */
  post<T>(path: string, body: object, signal?: AbortSignal): Promise<T>;
  /** The same over the same connections, with another limit for each call. */
  within(timeoutMs: number): Cluster;
  /** Closes the idle connections. */
  close(): void;
}
