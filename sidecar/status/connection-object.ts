import type { Cluster, WriteOptions } from '#common/cluster/cluster.ts';
import { discoverKind } from '#common/cluster/discovery.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { SIDECAR_FIELD_MANAGER } from '#common/resources/names.ts';

/** Merge patches of the object's parts; whatever is undefined stays as it is. */
export interface Changes {
  readonly spec?: object | undefined;
  readonly status?: object | undefined;
  readonly annotations?: object | undefined;
}

const WRITE: WriteOptions = { fieldManager: SIDECAR_FIELD_MANAGER };

/** One CompassConnection in the cluster. Every method throws CompassError as Cluster does. */
export class ConnectionObject {
  readonly #cluster: Cluster;
  readonly #ref: { readonly kind: typeof COMPASS_CONNECTION; readonly name: string };

  constructor(cluster: Cluster, name: string) {
    this.#cluster = cluster;
    this.#ref = { kind: COMPASS_CONNECTION, name };
  }

  /** By discovery; throws NotInstalled where the CRD is missing: the sidecar runs on without it (K19). */
  async hasStatusSubresource(): Promise<boolean> {
    const { served, hasStatus } = await discoverKind(this.#cluster, COMPASS_CONNECTION);
    if (served) return hasStatus;
    throw new CompassError('NotInstalled', 'the CompassConnection definition (CRD) is not installed in this cluster');
  }

  find(): Promise<CompassConnection | undefined> {
    return this.#cluster.find<CompassConnection>(this.#ref);
  }

  /** Somebody else's creation in the same moment is as good. */
  async create(content: Pick<CompassConnection, 'spec' | 'status'>): Promise<CompassConnection> {
    const { apiVersion, kind } = COMPASS_CONNECTION;
    const object: CompassConnection = { apiVersion, kind, metadata: { name: this.#ref.name }, ...content };
    try {
      return await this.#cluster.create(COMPASS_CONNECTION, object, WRITE);
    } catch (error) {
      const present = hasReason(error, 'ClusterAlreadyExists') ? await this.find() : undefined;
      if (!present) throw error;
      return present;
    }
  }

  /** Patches exactly the version that `current` is: else ClusterConflict. */
  patch(current: CompassConnection, changes: Changes, hasSubresource = false): Promise<CompassConnection> {
    const { resourceVersion } = current.metadata;
    const { spec, status, annotations } = changes;
    const patch = {
      metadata: { resourceVersion, ...(annotations ? { annotations } : {}) },
      ...(spec ? { spec } : {}),
      ...(status ? { status } : {}),
    };
    const options: WriteOptions = status && hasSubresource ? { ...WRITE, subresource: 'status' } : WRITE;
    return this.#cluster.mergePatch<CompassConnection>(this.#ref, patch, options);
  }
}
