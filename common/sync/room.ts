/**
 * Room for what is worked on at the same time, in bytes; one that needs more than all of it is worked on alone. One at a
 * time may wait to enter.
 */
export class Room {
  readonly #bytes: number;
  #taken = 0;
  #onLeft: () => void = () => undefined;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Resolves when so many bytes fit. */
  async enter(bytes: number): Promise<void> {
    while (this.#taken > 0 && this.#taken + bytes > this.#bytes) {
      await new Promise<void>((resolve) => {
        this.#onLeft = resolve;
      });
    }
    this.#taken += bytes;
  }

  leave(bytes: number): void {
    this.#taken -= bytes;
    this.#onLeft();
  }
}
