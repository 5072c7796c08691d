import { isDeepStrictEqual } from 'node:util';
import type { Cluster, WriteOptions } from '#common/cluster/cluster.ts';
import { discoverKind } from '#common/cluster/discovery.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import {
  COMPASS_CONNECTION,
  type CompassConnection,
  type CompassConnectionStatus,
} from '#common/resources/compass-connection.ts';
import { SIDECAR_FIELD_MANAGER } from '#common/resources/names.ts';
import {
  annotationPatch,
  type ConnectionUrls,
  type Done,
  specPatch,
  statusPatch,
  withForeignConditions,
} from './connection-patch.ts';
import { isBehind, withGeneration } from './observed-generation.ts';
import { readStatus } from './read-status.ts';
import { type SettleOptions, settleStatus } from './settle-status.ts';

/** What the CompassConnection should say after a pass. */
export interface WantedConnection {
  readonly status: CompassConnectionStatus;
  /** Undefined leaves those that are there; an object that has to be created gets empty ones. */
  readonly urls?: ConnectionUrls | undefined;
  readonly done?: Done | undefined;
  readonly settle: SettleOptions;
}

export interface WriteResult {
  /** The object as the server has it now; undefined where there is none, or none any more. */
  readonly connection: CompassConnection | undefined;
  /** Why it could not be written; NotInstalled where the CRD is missing (K19). */
  readonly error?: CompassError;
}

const MOST_TRIES = 6;
const WRITE: WriteOptions = { fieldManager: SIDECAR_FIELD_MANAGER };

/**
 * Writes the CompassConnection: status (through the main resource or the subresource, whichever discovery shows),
 * URLs, and what is done of its requests. Only what differs is sent, with the resourceVersion as a precondition; a
 * conflict is answered by a fresh read, five times at most (K5). Never throws a CompassError: it is in the result.
 */
export class StatusWriter {
  readonly #cluster: Cluster;
  readonly #name: string;
  #hasSubresource: boolean | undefined;
  /** What was sent last, and what the server made of it: a CRD that prunes fields must not look like a difference. */
  #last: { readonly sent: CompassConnectionStatus; readonly stored: unknown } | undefined;

  constructor(cluster: Cluster, connectionName: string) {
    this.#cluster = cluster;
    this.#name = connectionName;
  }

  /** `read` is the object as the pass read it; only where it was absent is it created. */
  async write(read: CompassConnection | undefined, wanted: WantedConnection): Promise<WriteResult> {
    try {
      return { connection: await this.#converge(read, wanted) };
    } catch (error) {
      if (error instanceof CompassError) return { connection: read, error };
      throw error;
    }
  }

  /** On 404 the discovery is old, the object gone, or its definition: only the first is tried again. */
  async #converge(
    read: CompassConnection | undefined,
    wanted: WantedConnection,
  ): Promise<CompassConnection | undefined> {
    try {
      return await this.#tryAll(read, wanted);
    } catch (error) {
      if (!hasReason(error, 'ClusterNotFound', 'NotInstalled')) throw error;
      this.#hasSubresource = undefined;
      this.#hasSubresource = await this.#discover();
      const present = await this.#find();
      return present && (await this.#tryAll(present, wanted));
    }
  }

  async #tryAll(read: CompassConnection | undefined, wanted: WantedConnection): Promise<CompassConnection | undefined> {
    this.#hasSubresource ??= await this.#discover();
    let current = read ?? (await this.#create(wanted));
    const seen = current.metadata.generation;
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#update(current, wanted, current.metadata.generation === seen);
      } catch (error) {
        if (!hasReason(error, 'ClusterConflict') || tries === MOST_TRIES) throw error;
        const fresh = await this.#find();
        if (!fresh) return undefined;
        current = fresh;
      }
    }
  }

  async #discover(): Promise<boolean> {
    const { served, hasStatus } = await discoverKind(this.#cluster, COMPASS_CONNECTION);
    if (!served) throw definitionMissing();
    return hasStatus;
  }

  #find(): Promise<CompassConnection | undefined> {
    return this.#cluster.find<CompassConnection>(this.#ref);
  }

  get #ref() {
    return { kind: COMPASS_CONNECTION, name: this.#name };
  }

  /** Somebody else's creation in the same moment is as good. */
  async #create({ status, urls }: WantedConnection): Promise<CompassConnection> {
    const object: CompassConnection = {
      apiVersion: COMPASS_CONNECTION.apiVersion,
      kind: COMPASS_CONNECTION.kind,
      metadata: { name: this.#name },
      spec: { managementInfo: urls ?? { connectorUrl: '', directorUrl: '' } },
      status: withGeneration(status, 1),
    };
    try {
      return await this.#cluster.create(COMPASS_CONNECTION, object, WRITE);
    } catch (error) {
      const present = hasReason(error, 'ClusterAlreadyExists') ? await this.#find() : undefined;
      if (!present) throw error;
      return present;
    }
  }

  async #update(current: CompassConnection, wanted: WantedConnection, isSeen: boolean): Promise<CompassConnection> {
    const spec = specPatch(current, wanted.urls, wanted.done ?? {});
    const annotations = annotationPatch(current, wanted.done ?? {});
    if (this.#hasSubresource) {
      const changed = spec || annotations ? await this.#patch(current, { spec, annotations }) : current;
      return this.#updateStatus(changed, wanted, isSeen, {});
    }
    return this.#updateStatus(current, wanted, isSeen, { spec, annotations });
  }

  /** Writes the status, and with it whatever else of the object has to change. */
  async #updateStatus(
    current: CompassConnection,
    wanted: WantedConnection,
    isSeen: boolean,
    rest: Changes,
  ): Promise<CompassConnection> {
    const written = this.#written(current);
    const { generation } = current.metadata;
    const settled = settleStatus(written, withForeignConditions(wanted.status, written), wanted.settle);
    const isNeeded = settled !== written || rest.spec !== undefined || (isSeen && isBehind(written, generation));
    if (!isNeeded && !rest.annotations) return current;
    // without the subresource the write of a status raises the generation, too
    const after = generation === undefined || this.#hasSubresource ? generation : generation + 1;
    const dated = withGeneration(wanted.status, isSeen ? after : undefined);
    const sent = isNeeded ? withForeignConditions(dated, written) : undefined;
    const patch = sent && statusPatch(current, sent);
    return this.#store(current, { ...rest, status: patch }, sent, wanted);
  }

  async #store(
    current: CompassConnection,
    changes: Changes,
    sent: CompassConnectionStatus | undefined,
    wanted: WantedConnection,
  ): Promise<CompassConnection> {
    const isEmpty = !changes.spec && !changes.status && !changes.annotations;
    const stored = isEmpty ? current : await this.#patch(current, changes);
    if (!sent) return stored;
    if (stored.status?.connectionState !== sent.connectionState && (await this.#isRediscovered())) {
      return this.#update(stored, wanted, true);
    }
    this.#last = { sent, stored: stored.status };
    return stored;
  }

  /** The CRD has been exchanged for one with, or without, the status subresource. */
  async #isRediscovered(): Promise<boolean> {
    const before = this.#hasSubresource;
    this.#hasSubresource = await this.#discover();
    return this.#hasSubresource !== before;
  }

  #written(current: CompassConnection): CompassConnectionStatus | undefined {
    if (this.#last && isDeepStrictEqual(this.#last.stored, current.status)) return this.#last.sent;
    return readStatus(current);
  }

  async #patch(current: CompassConnection, changes: Changes): Promise<CompassConnection> {
    const { resourceVersion } = current.metadata;
    const { spec, status, annotations } = changes;
    const patch = {
      metadata: { resourceVersion, ...(annotations ? { annotations } : {}) },
      ...(spec ? { spec } : {}),
      ...(status ? { status } : {}),
    };
    const options: WriteOptions = status && this.#hasSubresource ? { ...WRITE, subresource: 'status' } : WRITE;
    return this.#cluster.mergePatch<CompassConnection>(this.#ref, patch, options);
  }
}

interface Changes {
  readonly spec?: object | undefined;
  readonly status?: object | undefined;
  readonly annotations?: object | undefined;
}

/** K19: the sidecar runs on without the CompassConnection. */
function definitionMissing(): CompassError {
  return new CompassError('NotInstalled', 'the CompassConnection definition (CRD) is not installed in this cluster');
}
