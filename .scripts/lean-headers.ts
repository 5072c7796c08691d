/**
 * In place of the global class for graphql-request, whose requests never leave through Node's fetch: the first use of that
 * class loads undici, eleven MB that stay. It has what is asked of it there: names that differ by case are one.
 */
export class Headers {
  readonly #values = new Map<string, string>();

  constructor(init: Readonly<Record<string, string>> | Headers = {}) {
    const entries = init instanceof Headers ? init.#values : Object.entries(init);
    for (const [name, value] of entries) this.set(name, value);
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), value);
  }

  forEach(act: (value: string, name: string) => void): void {
    for (const [name, value] of this.#values) act(value, name);
  }
}
