/** The answer to a probe: yes or no, and in words why. */
export interface Verdict {
  readonly ok: boolean;
  readonly text: string;
}
