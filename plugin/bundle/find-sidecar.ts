import type { Cluster } from '#common/cluster/cluster.ts';
import { DEPLOYMENT, type KubeObject, POD } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { type FindOptions, type FoundConnection, findConnection } from '../connection/find.ts';
import { list, reading } from '../connection/reading.ts';
import { DEFAULT_NAMESPACE, SIDECAR_SELECTOR } from '../connection/reports.ts';

/** What a report is about. */
export interface Subject {
  /** Undefined where there is a sidecar that has none yet. */
  readonly connection: FoundConnection | undefined;
  readonly namespace: string;
}

/**
 * The connection; or, where there is none, the sidecar that should have made one: it is then that a report is needed most.
 * Throws what findConnection throws where there is no sidecar either.
 */
export async function findSubject(cluster: Cluster, options: FindOptions): Promise<Subject> {
  try {
    const connection = await findConnection(cluster, options);
    return { connection, namespace: connection.namespace };
  } catch (error) {
    if (!hasReason(error, 'NotInstalled') || options.name !== undefined) throw error;
    const namespace = await namespaceOfSidecar(cluster, options.namespace);
    if (namespace === undefined) throw error;
    return { connection: undefined, namespace };
  }
}

async function namespaceOfSidecar(cluster: Cluster, said: string | undefined): Promise<string | undefined> {
  const options = { labelSelector: SIDECAR_SELECTOR, ...(said === undefined ? {} : { namespace: said }) };
  for (const kind of [DEPLOYMENT, POD]) {
    const right = { verb: 'list', resource: kind.plural };
    const found = await reading(right, () => list<KubeObject>(cluster, kind, options)).catch((error: unknown) => {
      if (error instanceof CompassError) return { items: [] };
      throw error;
    });
    const [first] = found.items;
    if (first) return first.metadata.namespace ?? DEFAULT_NAMESPACE;
  }
  return undefined;
}
