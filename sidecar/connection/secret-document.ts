import type { Cluster, WriteOptions } from '#common/cluster/cluster.ts';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { CONNECTION_ANNOTATION, SIDECAR_FIELD_MANAGER, SIDECAR_LABELS } from '#common/resources/names.ts';
import type { NamespacedName } from '../config.ts';

const KEY = 'document';

/** Within a version fields are only added, and what is not known is ignored: an older program goes on where a newer one was. */
const VERSION = 1;

/** A JSON document as it was last read or written, and the version that a next write insists on. */
export interface StoredDocument<T> {
  readonly value: T;
  readonly resourceVersion: string;
}

/**
 * One JSON document in a Secret of our own. One of a later version counts as absent, and is neither overwritten nor removed:
 * it may hold what a token was spent for. Every write insists on the version that was read (a replica that slept through
 * a change gets a ClusterConflict instead of overwriting it), and is compared with what the server gave back:
 * a webhook that drops or changes the content must not pass for a durable write.
 */
export interface SecretDocument<T> {
  read(): Promise<StoredDocument<T> | undefined>;
  write(value: T, previous: StoredDocument<T> | undefined): Promise<StoredDocument<T>>;
  /** Throws ClusterConflict where another document than `previous` is there. */
  remove(previous: StoredDocument<T> | undefined): Promise<void>;
  /** The next write, without storing anything. Throws what it would throw. */
  tryWrite(): Promise<void>;
}

export interface DocumentFormat<T> {
  /** Plain JSON; secrets are revealed here, at the door. */
  encode(value: T): unknown;
  /** Undefined where the document makes no sense: then it counts as absent. */
  decode(raw: unknown): T | undefined;
}

export function secretDocument<T>(
  cluster: Cluster,
  { namespace, name }: NamespacedName,
  connectionName: string,
  format: DocumentFormat<T>,
): SecretDocument<T> {
  const ref = { kind: SECRET, namespace, name };

  const stored = (secret: Secret): StoredDocument<T> | undefined => {
    const value = format.decode(parse(secret.data?.[KEY]));
    const resourceVersion = secret.metadata.resourceVersion;
    return value === undefined || resourceVersion === undefined ? undefined : { value, resourceVersion };
  };

  const put = async (document: unknown, resourceVersion: string | undefined, dryRun: boolean): Promise<Secret> => {
    const content = Buffer.from(JSON.stringify(document)).toString('base64');
    const metadata = {
      name,
      namespace,
      labels: SIDECAR_LABELS,
      annotations: { [CONNECTION_ANNOTATION]: connectionName },
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    const options = { fieldManager: SIDECAR_FIELD_MANAGER, dryRun };
    const object: Secret = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, data: { [KEY]: content } };
    const written = resourceVersion
      ? await cluster.replace<Secret>(SECRET, object, options)
      : await writeFirst(cluster, ref, object, {
          content,
          isFilled: (secret) => stored(secret) !== undefined,
          ...options,
        });
    if (written.data?.[KEY] === content) return written;
    throw new CompassError(
      'ClusterRefused',
      `secret ${namespace}/${name}: what was written did not come back; a webhook changes or drops its content`,
    );
  };

  return {
    async read() {
      const secret = await cluster.find<Secret>(ref);
      return secret ? stored(secret) : undefined;
    },

    async write(value, previous) {
      const written = await put(format.encode(value), previous?.resourceVersion, false);
      const result = stored(written);
      if (result) return result;
      throw new CompassError('ClusterRefused', `secret ${namespace}/${name}: what came back makes no sense`);
    },

    async tryWrite() {
      const secret = await cluster.find<Secret>(ref);
      const isFilled = secret !== undefined && stored(secret) !== undefined;
      // Another content than what is there: what is immutable may be written as it is.
      await put({ tried: 'not stored' }, isFilled ? secret.metadata.resourceVersion : undefined, true);
    },

    async remove(previous) {
      if (previous) {
        await cluster.delete(ref, { resourceVersion: previous.resourceVersion });
        return;
      }
      const found = await cluster.find<Secret>(ref);
      if (!found) return;
      refuseLater(ref, found);
      if (stored(found)) throw new CompassError('ClusterConflict', writtenMeanwhile(ref));
      const { uid, resourceVersion } = found.metadata;
      await cluster.delete(ref, { uid, resourceVersion });
    },
  };
}

interface FirstWrite extends WriteOptions {
  readonly content: string;
  readonly isFilled: (existing: Secret) => boolean;
}

/** A Secret of that name without a document in it (emptied by hand, or damaged) is filled; one that has one is not ours to replace. */
async function writeFirst(
  cluster: Cluster,
  ref: { kind: typeof SECRET; namespace: string; name: string },
  object: Secret,
  { content, isFilled, ...options }: FirstWrite,
): Promise<Secret> {
  const existing = await cluster.find<Secret>(ref);
  if (!existing) return cluster.create<Secret>(SECRET, object, options);
  refuseLater(ref, existing);
  if (isFilled(existing)) {
    throw new CompassError('ClusterConflict', writtenMeanwhile(ref));
  }
  const patch = { metadata: { resourceVersion: existing.metadata.resourceVersion }, data: { [KEY]: content } };
  return cluster.mergePatch<Secret>(ref, patch, options);
}

function refuseLater({ namespace, name }: NamespacedName, secret: Secret): void {
  const { version } = Object(parse(secret.data?.[KEY])) as { version?: unknown };
  if (typeof version !== 'number' || version <= VERSION) return;
  throw new CompassError(
    'ClusterRefused',
    `secret ${namespace}/${name}: it is of version ${version}, which this program cannot read, and is kept; start the later program again, or delete the secret`,
  );
}

function writtenMeanwhile({ namespace, name }: NamespacedName): string {
  return `secret ${namespace}/${name}: somebody else wrote it meanwhile`;
}

function parse(base64 = ''): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}
