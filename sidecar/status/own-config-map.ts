import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { SIDECAR_FIELD_MANAGER } from '#common/resources/names.ts';

export interface OwnConfigMapOptions {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly name: string;
  /** Of its text, in the data. */
  readonly key: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** How often a text is written anew on what somebody else wrote meanwhile. */
const MOST_TRIES = 4;

/**
 * One text of the sidecar's own in a ConfigMap, which is read once, and written only over what was read: another replica may
 * lead by the time that a write arrives.
 */
export class OwnConfigMap {
  readonly #options: OwnConfigMapOptions;
  /** Undefined where there is none. */
  #version: string | undefined;
  #isRead = false;

  constructor(options: OwnConfigMapOptions) {
    this.#options = options;
  }

  /** Whether what was read, or stored since, is still what counts. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** Another replica may have written since. */
  forget(): void {
    this.#isRead = false;
  }

  /** Throws CompassError as Cluster does. */
  async read(): Promise<string | undefined> {
    const { cluster, name, namespace, key } = this.#options;
    const present = await cluster.find<ConfigMap>({ kind: CONFIG_MAP, name, namespace });
    this.#version = present?.metadata.resourceVersion;
    this.#isRead = true;
    return present?.data?.[key];
  }

  /** Throws CompassError as Cluster does; ClusterConflict, for one, where somebody has written since it was read. */
  async store(text: string): Promise<void> {
    const { cluster, name, namespace, key, labels } = this.#options;
    const { apiVersion, kind } = CONFIG_MAP;
    const options = { fieldManager: SIDECAR_FIELD_MANAGER, metadataOnly: true };
    const metadata = labels ? { labels } : {};
    const data = { [key]: text };
    const stored =
      this.#version === undefined
        ? await cluster.create<ConfigMap>(
            CONFIG_MAP,
            { apiVersion, kind, metadata: { ...metadata, name, namespace }, data },
            options,
          )
        : await cluster.mergePatch<ConfigMap>(
            { kind: CONFIG_MAP, name, namespace },
            { metadata: { ...metadata, resourceVersion: this.#version }, data },
            options,
          );
    this.#version = stored.metadata.resourceVersion;
  }

  /** Runs what reads and stores, and a few times more where somebody else wrote or deleted it meanwhile. */
  async overTheLatest(work: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        const isDeleted = hasReason(error, 'ClusterNotFound') && this.#version !== undefined;
        if (!isDeleted && !hasReason(error, 'ClusterConflict', 'ClusterAlreadyExists')) throw error;
        this.#isRead = false;
        if (tries === MOST_TRIES) throw error;
      }
    }
  }
}
