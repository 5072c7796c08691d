import { CompassError } from '#common/errors.ts';
import { DEFAULT_CONNECTION_NAME } from '#common/resources/names.ts';

/**
 * Which connection is meant: the named one, else the default one, else the only one; undefined where there is none.
 * A report outlives its CompassConnection, so its name counts, too. Throws Usage where a choice has to be made.
 */
export function chooseConnection(
  named: string | undefined,
  present: readonly string[],
  reported: readonly string[],
): string | undefined {
  if (named !== undefined) return named.replace(/^[a-z.-]+\//i, '');
  for (const names of [present, reported]) {
    const distinct = [...new Set(names)];
    if (distinct.includes(DEFAULT_CONNECTION_NAME)) return DEFAULT_CONNECTION_NAME;
    if (distinct.length === 1) return distinct[0];
    if (distinct.length > 1) {
      const choices = distinct.toSorted().join(', ');
      throw new CompassError('Usage', `there are several CompassConnections, name one of them: ${choices}`);
    }
  }
  return undefined;
}
