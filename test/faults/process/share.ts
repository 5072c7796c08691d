/** Every n-th of a list, from another place with every seed: any `n` seeds in a row take all of it. */
export function share<T>(all: readonly T[], n: number, seed: number): T[] {
  return all.filter((_, at) => at % n === seed % n);
}
