/** Requests under way at a time. */
const MOST_UNDER_WAY = 64;

/** Of bodies that are held at a time, in bytes, however many they are: the process is small. */
const MOST_HELD = 4 * 1024 * 1024;

/** What the proxy has under way and has answered, in numbers alone: nothing is kept of a request. */
export class ProxyTraffic {
  #underWay = 0;
  #heldBytes = 0;
  #durationMs = 0;
  readonly #answers = new Map<string, number>();
  #atRest: (() => void) | undefined;

  get underWay(): number {
    return this.#underWay;
  }

  /** How many were answered, by HTTP status; `gone` where the caller did not wait, or its answer broke off. */
  get answers(): ReadonlyMap<string, number> {
    return this.#answers;
  }

  /** How long all of them took together. */
  get durationMs(): number {
    return this.#durationMs;
  }

  /** False where there is no room for one more; else it is to be ended. */
  begin(): boolean {
    if (this.#underWay >= MOST_UNDER_WAY) return false;
    this.#underWay += 1;
    return true;
  }

  end(): void {
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#atRest?.();
  }

  /** False where so much more is not to be held; else it is to be let go of. */
  hold(bytes: number): boolean {
    if (this.#heldBytes + bytes > MOST_HELD) return false;
    this.#heldBytes += bytes;
    return true;
  }

  letGo(bytes: number): void {
    this.#heldBytes -= bytes;
  }

  count(answer: number | 'gone', durationMs: number): void {
    const code = String(answer);
    this.#answers.set(code, (this.#answers.get(code) ?? 0) + 1);
    this.#durationMs += durationMs;
  }

  /** Resolves when nothing is under way, or after `ms`. */
  rest(ms: number): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#atRest = resolve;
    return promise.finally(() => clearTimeout(timer));
  }
}
