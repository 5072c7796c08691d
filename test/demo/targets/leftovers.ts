import type { Cluster, ObjectRef } from '#common/cluster/cluster.ts';
import { CUSTOM_RESOURCE_DEFINITION, EVENT, type Kind, type KubeObject } from '#common/cluster/objects.ts';
import { hasReason, messageOf } from '#common/errors.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { CONNECTION_ANNOTATION } from '#common/resources/names.ts';
import { until } from '../../cluster/until.ts';
import type { Narrator } from '../narrator.ts';
import type { Place } from '../place.ts';

const GONE_WITHIN_MS = 90_000;

interface Made {
  readonly ref: ObjectRef;
  readonly uid: string | undefined;
}

interface Event extends KubeObject {
  readonly involvedObject?: { readonly kind?: string; readonly name?: string };
}

/** What the demo made in somebody's cluster, and nothing else; removed by uid. */
export class Leftovers {
  readonly #cluster: Cluster;
  readonly #place: Place;
  readonly #narrator: Narrator;
  readonly #made: Made[] = [];

  constructor(cluster: Cluster, place: Place, narrator: Narrator) {
    this.#cluster = cluster;
    this.#place = place;
    this.#narrator = narrator;
  }

  /** Runs what creates the object, which must not have been there, and takes note of it even if that failed half-way. */
  async remember(ref: ObjectRef, create: () => Promise<unknown>): Promise<void> {
    let isOurs = true;
    try {
      await create();
    } catch (error) {
      isOurs = !hasReason(error, 'ClusterAlreadyExists');
      throw error;
    } finally {
      const object = isOurs ? await this.#cluster.find(ref).catch(() => undefined) : undefined;
      if (object) this.#made.push({ ref, uid: object.metadata.uid });
    }
  }

  /** Removes everything, goes on where something fails, and throws with all that is left. */
  async remove(): Promise<void> {
    const { connectionName } = this.#place;
    const problems: string[] = [];
    const attempt = async (what: string, removal: () => Promise<unknown>) => {
      try {
        await removal();
      } catch (error) {
        problems.push(`${what}: ${messageOf(error)}`);
      }
    };
    await attempt('Applications', () => this.#removeAll(APPLICATION, (object) => this.#isOurs(object)));
    await attempt('the CompassConnection', () =>
      this.#cluster.delete({ kind: COMPASS_CONNECTION, name: connectionName }),
    );
    await attempt('Events', () =>
      this.#removeAll<Event>(EVENT, ({ involvedObject: about }) => about?.name === connectionName, 'default'),
    );
    // Definitions go last, and alone: a namespace does not end while the API server's kinds change.
    const isDefinition = ({ ref }: Made) => ref.kind === CUSTOM_RESOURCE_DEFINITION;
    const removeMade = (made: Made) => attempt(`${made.ref.kind.kind} ${made.ref.name}`, () => this.#removeMade(made));
    await Promise.all(this.#made.filter((made) => !isDefinition(made)).map(removeMade));
    await Promise.all(this.#made.filter(isDefinition).map(removeMade));
    if (problems.length > 0) throw new Error(`left in the cluster: ${problems.join('; ')}`);
    this.#narrator.done('everything that the demo made in the cluster is removed');
  }

  #isOurs({ metadata }: KubeObject): boolean {
    return metadata.annotations?.[CONNECTION_ANNOTATION] === this.#place.connectionName;
  }

  async #removeAll<T extends KubeObject>(kind: Kind, isMeant: (object: T) => boolean, namespace?: string) {
    const meant: T[] = [];
    try {
      for await (const page of this.#cluster.listPages<T>(kind, { namespace }))
        meant.push(...page.items.filter(isMeant));
    } catch (error) {
      if (!hasReason(error, 'NotInstalled')) throw error;
    }
    for (const { metadata } of meant) {
      const ref = { kind, name: metadata.name, namespace: metadata.namespace };
      await this.#cluster.delete(ref, { uid: metadata.uid, propagationPolicy: 'Background' });
    }
  }

  async #removeMade({ ref, uid }: Made): Promise<void> {
    if (ref.kind === CUSTOM_RESOURCE_DEFINITION) await this.#refuseInUse(ref.name);
    await this.#cluster.delete(ref, { uid, propagationPolicy: 'Background' });
    try {
      const isGone = async () => (await this.#cluster.find(ref))?.metadata.uid !== uid;
      await until(`${ref.kind.kind} ${ref.name} is gone`, isGone, GONE_WITHIN_MS);
    } catch (error) {
      const object = await this.#cluster.find(ref);
      if (object?.metadata.deletionTimestamp === undefined) throw error;
      this.#narrator.tell(`${ref.kind.kind} ${ref.name} is terminating; the cluster ends it in its own time`);
    }
  }

  /** With its definition every object of a kind goes: also those that somebody else made meanwhile. */
  async #refuseInUse(definition: string): Promise<void> {
    const kind = [APPLICATION, COMPASS_CONNECTION].find(({ plural }) => definition.startsWith(`${plural}.`));
    if (kind === undefined) return;
    for await (const { items } of this.#cluster.listPages(kind)) {
      const [object] = items;
      if (object) throw new Error(`kept, because ${kind.kind} "${object.metadata.name}" is not the demo's`);
    }
  }
}
