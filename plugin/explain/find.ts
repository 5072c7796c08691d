import { CompassError } from '#common/errors.ts';
import { nearest } from '../nearest.ts';
import { allEntries, type Entry } from './entries.ts';

/**
 * What is meant by a code, reason, state or condition, whatever its case; of a state and a condition with the name of a
 * reason, all of them. Throws NotExplained where there is none, with what was probably meant.
 */
export function findEntries(word: string): readonly Entry[] {
  const entries = allEntries();
  const wanted = normalized(word);
  const found = entries.filter(({ name, code }) => [name, code ?? ''].map(normalized).includes(wanted));
  if (found.length > 0) return found;
  const names = new Map(
    entries.flatMap(({ name, code }) => [name, ...(code ? [code] : [])]).map((name) => [normalized(name), name]),
  );
  const meant = names.get(nearest(wanted, [...names.keys()]) ?? '');
  const suggestion = meant === undefined ? '' : `; did you mean ${meant}?`;
  throw new CompassError('NotExplained', `there is no code, reason, state or condition "${word}"${suggestion}`);
}

/** `cmp-402`, `402` and `deletions held` are good enough. */
function normalized(word: string): string {
  const letters = word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const [, digits] = /^(?:cmp)?(\d{1,4})$/.exec(letters) ?? [];
  return digits === undefined ? letters : `cmp${digits.padStart(4, '0')}`;
}
