import type { Flag, ParsedFlags } from '../flags.ts';
import { type Judgement, PARTS } from './judgement.ts';

const CHOICES = ['error', 'warning', 'none'] as const;

export type FailOn = (typeof CHOICES)[number];

export const FAIL_ON_FLAG: Flag = {
  name: 'fail-on',
  kind: 'text',
  value: 'LEVEL',
  summary: 'exit with 1 for this and what is worse; unless said, for whatever is not healthy',
  choices: CHOICES,
};

export function readFailOn(flags: ParsedFlags): FailOn | undefined {
  return CHOICES.find((choice) => choice === flags.text(FAIL_ON_FLAG.name));
}

/** The judgement with the exit code that --fail-on asks for; as it is where nothing was said. */
export function judgedBy(failOn: FailOn | undefined, judgement: Judgement): Judgement {
  if (failOn === undefined) return judgement;
  const isFailure = failOn !== 'none' && levelsOf(judgement).some((level) => level === 'error' || level === failOn);
  return { ...judgement, exitCode: isFailure ? 1 : 0 };
}

function levelsOf({ verdict, lines, problems }: Judgement): readonly string[] {
  const whole = verdict === 'Disconnected' ? ['error'] : [];
  return [...whole, ...PARTS.map((part) => lines[part].level), ...problems.map(({ severity }) => severity)];
}
