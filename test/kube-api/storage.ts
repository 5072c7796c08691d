import type { KubeObject } from './object.ts';

/** One write as the history keeps it. `object` is the state after it, for DELETED the last state with the new revision. */
export type Change = {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  resource: string;
  object: KubeObject;
  previous?: KubeObject;
  revision: number;
};

type Listener = (change: Change) => void;

function key(namespace: string | undefined, name: string): string {
  return namespace ? `${namespace}/${name}` : name;
}

/**
 * What etcd is to a genuine server: objects by resource, namespace and name, one revision counter, and a history
 * for watches and consistent lists. Stored objects are never changed in place.
 */
export class Storage {
  #revision = 100;
  #floor = 100;
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  #history: Change[] = [];
  readonly #listeners = new Set<Listener>();
  readonly #historyLimit: number;

  constructor(historyLimit = 20_000) {
    this.#historyLimit = historyLimit;
  }

  get revision(): number {
    return this.#revision;
  }

  /** The oldest revision that a watch or a consistent list may still start from. */
  get floor(): number {
    return this.#floor;
  }

  get(resource: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#objects.get(resource)?.get(key(namespace, name));
  }

  /** Objects ordered by namespace and name, as they are now or as they were at a revision not below the floor. */
  list(resource: string, namespace?: string, revision = this.#revision): KubeObject[] {
    const objects = new Map(this.#objects.get(resource));
    for (let i = this.#history.length - 1; i >= 0; i--) {
      const change = this.#history[i];
      if (change === undefined || change.revision <= revision) break;
      if (change.resource !== resource) continue;
      const { metadata } = change.object;
      const id = key(metadata.namespace, metadata.name);
      if (change.previous === undefined) objects.delete(id);
      else objects.set(id, change.previous);
    }
    const found = [...objects.entries()].filter(
      ([, o]) => namespace === undefined || o.metadata.namespace === namespace,
    );
    return found.sort(([left], [right]) => (left < right ? -1 : 1)).map(([, object]) => object);
  }

  /** Every stored object with its resource. */
  *everything(): Generator<[string, KubeObject]> {
    for (const [resource, objects] of this.#objects)
      for (const object of [...objects.values()]) yield [resource, object];
  }

  /** Stores the object under the next revision and returns it as stored. */
  put(resource: string, object: KubeObject): KubeObject {
    const { namespace, name } = object.metadata;
    const previous = this.get(resource, namespace, name);
    const stored = this.#stamp(object);
    let objects = this.#objects.get(resource);
    if (objects === undefined) {
      objects = new Map();
      this.#objects.set(resource, objects);
    }
    objects.set(key(namespace, name), stored);
    const type = previous === undefined ? 'ADDED' : 'MODIFIED';
    this.#record({ type, resource, object: stored, ...(previous ? { previous } : {}), revision: this.#revision });
    return stored;
  }

  /** Removes the object, and returns its last state stamped with the revision of the removal. */
  remove(resource: string, object: KubeObject): KubeObject {
    const { namespace, name } = object.metadata;
    const previous = this.get(resource, namespace, name) ?? object;
    const stored = this.#stamp(object);
    this.#objects.get(resource)?.delete(key(namespace, name));
    this.#record({ type: 'DELETED', resource, object: stored, previous, revision: this.#revision });
    return stored;
  }

  /** Changes of a resource after a revision, oldest first. */
  since(resource: string, revision: number): Change[] {
    return this.#history.filter((change) => change.revision > revision && change.resource === resource);
  }

  /** Forgets the history up to a revision: watches and continue tokens from before answer 410. */
  compact(revision = this.#revision): void {
    this.#floor = Math.max(this.#floor, Math.min(revision, this.#revision));
    this.#history = this.#history.filter((change) => change.revision > this.#floor);
  }

  /** Calls back after every write, until the returned function is called. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #stamp(object: KubeObject): KubeObject {
    this.#revision += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } };
  }

  #record(change: Change): void {
    this.#history.push(change);
    if (this.#history.length > this.#historyLimit * 1.1) {
      this.compact(this.#history[this.#history.length - this.#historyLimit]?.revision);
    }
    for (const listener of [...this.#listeners]) listener(change);
  }
}
