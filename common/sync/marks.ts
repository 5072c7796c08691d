import { compareVersions } from '#common/cluster/versions.ts';

/** What was told of one object. */
interface Mark {
  readonly resourceVersion: string;
  readonly isGone: boolean;
}

/** By name: the version that is known of an object, undefined where none is. */
export type KnownVersion = (name: string) => string | undefined;

/**
 * What watches and listings told of objects that is not known yet. An event says only that an object is another one than it
 * was: what is known follows from whole objects alone, our own writes among them, whose answers may come before the event
 * or after it.
 */
export class Marks {
  readonly #known: KnownVersion;
  readonly #most: number;
  #marks = new Map<string, Mark>();
  #taken: ReadonlyMap<string, Mark> = new Map();
  #isOverflown = false;

  /** Of more than `most` objects it is only remembered that there are too many. */
  constructor(known: KnownVersion, most: number) {
    this.#known = known;
    this.#most = most;
  }

  /** An object was seen in a version, or was deleted in it. Gives whether that is news. */
  note(name: string, resourceVersion: string, isGone: boolean): boolean {
    const mark = { resourceVersion, isGone };
    const before = this.#marks.get(name);
    if (before && isOlder(resourceVersion, before.resourceVersion)) return false;
    if (this.#isSettled(name, mark)) {
      this.#marks.delete(name);
      return false;
    }
    this.#marks.set(name, mark);
    if (this.#marks.size > this.#most) this.#sweep();
    return true;
  }

  /**
   * The names of the objects to be read anew, undefined where that is all of them; from now on there is nothing to tell. To be
   * asked when no write of ours is under way.
   */
  take(): readonly string[] | undefined {
    this.#sweep();
    const isNeeded = ([name, { isGone }]: [string, Mark]) => !isGone || this.#known(name) !== undefined;
    const names = this.#isOverflown ? undefined : [...this.#marks].filter(isNeeded).map(([name]) => name);
    const taken = this.#marks;
    this.clear();
    this.#taken = taken;
    return names;
  }

  /** For what was taken last and could not be read after all. */
  putBack(name: string): void {
    const mark = this.#taken.get(name);
    if (mark && !this.#marks.has(name)) this.#marks.set(name, mark);
  }

  clear(): void {
    this.#marks = new Map();
    this.#taken = this.#marks;
    this.#isOverflown = false;
  }

  #sweep(): void {
    for (const [name, mark] of this.#marks) if (this.#isSettled(name, mark)) this.#marks.delete(name);
    if (this.#marks.size <= this.#most) return;
    this.#marks.clear();
    this.#isOverflown = true;
  }

  /** Whether what is known is what was told, or newer. One that is not known yet may be of our own making, and gone already. */
  #isSettled(name: string, { resourceVersion, isGone }: Mark): boolean {
    const known = this.#known(name);
    if (known === undefined) return false;
    const order = compareVersions(known, resourceVersion);
    return isGone ? order !== undefined && order > 0 : order !== undefined && order >= 0;
  }
}

function isOlder(version: string, than: string): boolean {
  const order = compareVersions(version, than);
  return order !== undefined && order < 0;
}
