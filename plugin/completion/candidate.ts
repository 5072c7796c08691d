/** One thing that a word may become. */
export interface Candidate {
  readonly value: string;
  /** One line. */
  readonly description?: string;
}

/**
 * What the shell does with the candidates, in the bits of spf13/cobra's protocol, which kubectl reads: 2 adds no space
 * after the word, 4 offers no files where there are no candidates, 16 offers folders.
 */
export const DIRECTIVES = { files: 0, noSpace: 2, noFiles: 4, folders: 16 } as const;

export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly directive: number;
}

export function valuesOf(values: Iterable<string>): Candidate[] {
  return [...values].map((value) => ({ value }));
}

/** Candidates, and nothing else. */
export function offer(candidates: readonly Candidate[]): Completion {
  return { candidates, directive: DIRECTIVES.noFiles };
}

/** The same where a candidate with `=` or `/` at its end wants to be typed on. */
export function offerOpenEnded(candidates: readonly Candidate[]): Completion {
  const { noFiles, noSpace } = DIRECTIVES;
  return { candidates, directive: candidates.some(({ value }) => /[=/]$/.test(value)) ? noFiles | noSpace : noFiles };
}
