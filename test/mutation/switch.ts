/** Which mutant of the instrumented sources is in force; none where it is 0. The worker sets it, a process of its own inherits it. */
let active = Number(process.env['COMPASS_MUTANT'] ?? 0);
let reached = new Set<number>();

/** Instrumented code asks at each place that has mutants, and behaves as the mutant where the answer is yes. */
export function isMutant(id: number): boolean {
  reached.add(id);
  return id === active;
}

export function activate(id: number): void {
  active = id;
  process.env['COMPASS_MUTANT'] = String(id);
}

/** The mutants whose places were passed since the last call. */
export function takeReached(): readonly number[] {
  const taken = [...reached];
  reached = new Set();
  return taken;
}
