import { isDeepStrictEqual } from 'node:util';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import type { CompassConnection, CompassConnectionStatus } from '#common/resources/compass-connection.ts';
import { type Changes, ConnectionObject } from './connection-object.ts';
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

/**
 * Writes the CompassConnection: status (through the main resource or the subresource, whichever discovery shows),
 * URLs, and what is done of its requests. Only what differs is sent, with the resourceVersion as a precondition; a
 * conflict is answered by a fresh read, five times at most (K5). Never throws a CompassError: it is in the result.
 */
export class StatusWriter {
  readonly #object: ConnectionObject;
  #hasSubresource: boolean | undefined;
  /** What was sent last, and what the server made of it: a CRD that prunes fields must not look like a difference. */
  #last: { readonly sent: CompassConnectionStatus; readonly stored: unknown } | undefined;

  constructor(cluster: Cluster, connectionName: string) {
    this.#object = new ConnectionObject(cluster, connectionName);
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
      this.#hasSubresource = await this.#object.hasStatusSubresource();
      const present = await this.#object.find();
      return present && (await this.#tryAll(present, wanted));
    }
  }

  async #tryAll(read: CompassConnection | undefined, wanted: WantedConnection): Promise<CompassConnection | undefined> {
    this.#hasSubresource ??= await this.#object.hasStatusSubresource();
    let current = read ?? (await this.#create(wanted));
    const seen = current.metadata.generation;
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#update(current, wanted, current.metadata.generation === seen);
      } catch (error) {
        if (!hasReason(error, 'ClusterConflict') || tries === MOST_TRIES) throw error;
        const fresh = await this.#object.find();
        if (!fresh) return undefined;
        current = fresh;
      }
    }
  }

  #create({ status, urls }: WantedConnection): Promise<CompassConnection> {
    return this.#object.create({
      spec: { managementInfo: urls ?? { connectorUrl: '', directorUrl: '' } },
      status: withGeneration(status, 1),
    });
  }

  async #update(current: CompassConnection, wanted: WantedConnection, isSeen: boolean): Promise<CompassConnection> {
    const spec = specPatch(current, wanted.urls, wanted.done ?? {});
    const annotations = annotationPatch(current, wanted.done ?? {});
    if (this.#hasSubresource) {
      const changed = spec || annotations ? await this.#object.patch(current, { spec, annotations }) : current;
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
    const stored = isEmpty ? current : await this.#object.patch(current, changes, this.#hasSubresource);
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
    this.#hasSubresource = await this.#object.hasStatusSubresource();
    return this.#hasSubresource !== before;
  }

  #written(current: CompassConnection): CompassConnectionStatus | undefined {
    if (this.#last && isDeepStrictEqual(this.#last.stored, current.status)) return this.#last.sent;
    return readStatus(current);
  }
}
