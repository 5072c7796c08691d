import type { KubeObject } from './objects.ts';

/** A change of one object. */
export interface Change<T> {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly object: T;
}

function keyOf({ metadata: { namespace = '', name } }: KubeObject): string {
  return `${namespace}/${name}`;
}

/** What is kept of an object, however large it is: enough to tell which one is gone. */
function identity<T extends KubeObject>({ apiVersion, kind, metadata }: T): T {
  const { name, namespace, uid, resourceVersion, labels, annotations } = metadata;
  const kept = { name, namespace, uid, resourceVersion, labels, annotations };
  return { apiVersion, kind, metadata: kept } as KubeObject as T;
}

/**
 * The objects that were last seen, so that a listing and a watch tell each change once. An object that was deleted and
 * created again between two looks gives both changes. What a listing shows as deleted carries metadata only.
 */
export class Known<T extends KubeObject> {
  readonly #objects = new Map<string, T>();

  put(object: T): readonly Change<T>[] {
    const key = keyOf(object);
    const before = this.#objects.get(key);
    this.#objects.set(key, identity(object));
    if (before === undefined) return [{ type: 'added', object }];
    if (before.metadata.uid !== object.metadata.uid) {
      return [
        { type: 'deleted', object: before },
        { type: 'added', object },
      ];
    }
    return before.metadata.resourceVersion === object.metadata.resourceVersion ? [] : [{ type: 'modified', object }];
  }

  remove(object: T): readonly Change<T>[] {
    return this.#objects.delete(keyOf(object)) ? [{ type: 'deleted', object }] : [];
  }

  /** Takes a complete listing as the truth. */
  replace(listed: readonly T[]): readonly Change<T>[] {
    const keys = new Set(listed.map(keyOf));
    const gone = [...this.#objects].filter(([key]) => !keys.has(key)).map(([, object]) => object);
    return [...gone.flatMap((object) => this.remove(object)), ...listed.flatMap((object) => this.put(object))];
  }
}
