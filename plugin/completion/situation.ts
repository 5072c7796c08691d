import type { Command, Surroundings } from '../command.ts';
import type { Flag } from '../flags.ts';

/** What is known where a word is completed. */
export interface Situation {
  /** The words before the one under way. */
  readonly before: readonly string[];
  readonly flags: readonly Flag[];
  readonly command: Command | undefined;
  readonly surroundings: Surroundings;
  /** What the word under way begins with. */
  readonly current: string;
}
