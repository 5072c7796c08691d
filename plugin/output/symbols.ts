/** How good something is: `busy` while it is under way, `none` where nothing can be said. */
export type Level = 'ok' | 'warning' | 'error' | 'busy' | 'none';

/** What a screen is drawn with; with or without Unicode a word always says the same. */
export interface Symbols {
  readonly unicode: boolean;
  /** One mark a level, all of one width in a column of marks. */
  readonly mark: Readonly<Record<Level, string>>;
  /** Between facts on one line. */
  readonly dot: string;
  readonly ellipsis: string;
  readonly arrow: string;
}

const UNICODE: Symbols = {
  unicode: true,
  mark: { ok: '✔', warning: '!', error: '✗', busy: '◌', none: '-' },
  dot: ' · ',
  ellipsis: '…',
  arrow: '→',
};

const ASCII: Symbols = {
  unicode: false,
  mark: { ok: '[ok]', warning: '[WARN]', error: '[FAIL]', busy: '[..]', none: '[-]' },
  dot: ', ',
  ellipsis: '...',
  arrow: '->',
};

type Environment = Readonly<Record<string, string | undefined>>;

/** The symbols for this terminal: plain ones where asked for, or where its locale does not say UTF-8. */
export function symbolsFor(ascii: boolean, env: Environment, platform: string): Symbols {
  const plain = ascii || (env['COMPASS_ASCII'] ?? '') !== '' || !readsUnicode(env, platform);
  return plain ? ASCII : UNICODE;
}

/** By POSIX's order of locale variables; on Windows by the terminals that are known to. */
function readsUnicode(env: Environment, platform: string): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'];
  if (locale) return /utf-?8/i.test(locale);
  return platform === 'win32' && Boolean(env['WT_SESSION'] || env['TERM_PROGRAM']);
}
