import { type Candidate, valuesOf } from './candidate.ts';
import { type Listed, lookUp } from './look-up.ts';
import type { Situation } from './situation.ts';

/** What is looked up behind each `TYPE/`; a URL has slashes of its own, and is a word apart. */
const NAMES: Readonly<Record<string, Listed>> = { app: 'applications', secret: 'secrets' };

/** A type apart from its name; or before a slash, behind which the names come. */
export async function typesOrNames(types: readonly string[], situation: Situation): Promise<Candidate[]> {
  const [, type = ''] = /^([a-z]+)\//.exec(situation.current) ?? [];
  const listed = types.includes(type) ? NAMES[type] : undefined;
  if (listed === undefined) return valuesOf(types);
  return valuesOf((await lookUp(listed, situation)).map((name) => `${type}/${name}`));
}
