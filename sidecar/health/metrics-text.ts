/** One value: what follows the name of its metric (labels in braces, or a suffix), and how much. */
export type Sample = readonly [suffix: string, value: number];

/**
 * One metric in Prometheus' text format; empty where it has no value. For whoever has few, and is too small for a library.
 * Labels come from closed lists, so that nothing has to be escaped.
 */
export function metricText(
  name: string,
  type: 'gauge' | 'counter' | 'summary',
  help: string,
  samples: readonly Sample[],
): string {
  if (samples.length === 0) return '';
  const lines = samples.map(([suffix, value]) => `${name}${suffix} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

/** A metric without labels, where it has a value. */
export function only(value: number | undefined): readonly Sample[] {
  return value === undefined ? [] : [['', value]];
}
