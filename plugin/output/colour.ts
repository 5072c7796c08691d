/** Text marked by its meaning: green is good, yellow wants a look, red is broken now. Each gives its text back as it is where there is no colour. */
export interface Paint {
  green(text: string): string;
  yellow(text: string): string;
  red(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
}

export const COLOUR_CHOICES = ['auto', 'always', 'never'] as const;

export type ColourChoice = (typeof COLOUR_CHOICES)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether to print in colour: `--color`, then NO_COLOR (no-color.org), then FORCE_COLOR and CLICOLOR_FORCE,
 * then CLICOLOR=0 and TERM=dumb, then whether the output is a terminal.
 */
export function wantsColour(choice: ColourChoice, env: Environment, isTerminal: boolean): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'] || env['CLICOLOR_FORCE'];
  if (forced) return forced !== '0' && forced !== 'false';
  if (env['CLICOLOR'] === '0' || env['TERM'] === 'dumb') return false;
  return isTerminal;
}

/** The 16 colours only, so that a light background stays readable. */
export function paint(inColour: boolean): Paint {
  const between = (open: number, close: number) => (text: string) =>
    inColour && text !== '' ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    green: between(32, 39),
    yellow: between(33, 39),
    red: between(31, 39),
    dim: between(2, 22),
    bold: between(1, 22),
  };
}
