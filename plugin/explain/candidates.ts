import type { Candidate } from '../completion/candidate.ts';
import { allEntries } from './entries.ts';

/** Everything that `explain` takes, for the completion of it. */
export function explainable(): Candidate[] {
  return allEntries().flatMap(({ name, code, meaning }) => [
    ...(code ? [{ value: code, description: name }] : []),
    { value: name, description: meaning },
  ]);
}
