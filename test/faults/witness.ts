import type { TestContext } from 'node:test';
import { systemClock } from '#common/clock.ts';
import { type Kind, type KubeObject, SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import type { TestCluster } from '../cluster/start-test-cluster.ts';

/** One version of an object that a watch showed, or its end. */
export interface Sighting<T> {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly object: T;
}

/** Everything that happened to the objects that the invariants speak of, in the order in which it did. */
export interface Witness {
  readonly secrets: readonly Sighting<Secret>[];
  readonly applications: readonly Sighting<Application>[];
  readonly connections: readonly Sighting<CompassConnection>[];
}

/**
 * Watches all Secrets, Applications and CompassConnections from now on, past whatever a test does to connections: it goes on from the version
 * that it saw last. As somebody of its own, whom no fault for the sidecar's user hits.
 */
export async function witness(t: TestContext, cluster: TestCluster): Promise<Witness> {
  const { cluster: door } = await cluster.as({ name: 'witness', groups: ['system:masters'] });
  const until = new AbortController();
  t.after(() => until.abort());
  const follow = <T extends KubeObject>(kind: Kind) => {
    const seen: Sighting<T>[] = [];
    void keepSeeing<T>(
      (from) => door.watch<T>(kind, { resourceVersion: from, signal: until.signal }),
      seen,
      until.signal,
    );
    return seen;
  };
  return {
    secrets: follow<Secret>(SECRET),
    applications: follow<Application>(APPLICATION),
    connections: follow<CompassConnection>(COMPASS_CONNECTION),
  };
}

/** From version 0 on, as a watch shows what is there. */
async function keepSeeing<T extends KubeObject>(
  watchFrom: (resourceVersion: string) => ReturnType<TestCluster['cluster']['watch']>,
  seen: Sighting<T>[],
  signal: AbortSignal,
): Promise<void> {
  let from = '0';
  while (!signal.aborted) {
    try {
      for await (const event of watchFrom(from)) {
        from = event.type === 'bookmark' ? event.resourceVersion : (event.object.metadata.resourceVersion ?? from);
        if (event.type !== 'bookmark') seen.push(event as Sighting<T>);
      }
    } catch {
      // What the test does to connections, or a kind that is not there yet.
    }
    await systemClock.sleep(20, signal);
  }
}
