import type { DirectorApplication, ListingProblem } from '#common/compass/director-types.ts';

/** What of a page there is to ask for, whoever hands it on. */
interface Page {
  readonly items: readonly { whole(): Promise<DirectorApplication | ListingProblem | undefined> }[];
}

/** A page of which everything has been asked for. */
export interface Whole {
  readonly applications: readonly DirectorApplication[];
  readonly problems: readonly ListingProblem[];
}

export type WholePage<P extends Page> = Omit<P, 'items'> & Whole;

/** Follows the further pages of one Application after the other. */
export async function wholePage<P extends Page>({ items, ...page }: P): Promise<WholePage<P>> {
  const applications: DirectorApplication[] = [];
  const problems: ListingProblem[] = [];
  for (const item of items) {
    const whole = await item.whole();
    if (whole) 'reason' in whole ? problems.push(whole) : applications.push(whole);
  }
  return { ...page, applications, problems };
}
