import { CompassError } from '#common/errors.ts';
import { quoted } from '../quoted.ts';

/** What is traced back. */
export type Traced =
  | { readonly type: 'secret'; readonly name: string; readonly namespace: string | undefined }
  | { readonly type: 'app'; readonly name: string }
  /** Without user, query and fragment, which are nobody's business here. */
  | { readonly type: 'url'; readonly url: string };

export const TRACE_TYPES = ['secret', 'app', 'url'] as const;

const WAYS = 'trace takes secret/NAME, app/NAME or url URL';

/** Reads `TYPE/NAME`, `TYPE NAME` and a URL alone; a Secret's name may have its namespace before it. Throws Usage. */
export function readTraced([first = '', second]: readonly string[]): Traced {
  if (/^https?:\/\//i.test(first) && second === undefined) return { type: 'url', url: readUrl(first) };
  const slash = first.indexOf('/');
  if (slash >= 0 && second !== undefined) throw new CompassError('Usage', `${WAYS}, one of them`);
  const word = slash < 0 ? first : first.slice(0, slash);
  const name = slash < 0 ? (second ?? '') : first.slice(slash + 1);
  if (name === '') throw new CompassError('Usage', WAYS);
  switch (word.toLowerCase().replace(/\..*$/, '')) {
    case 'secret':
    case 'secrets':
      return readSecret(name);
    case 'app':
    case 'apps':
    case 'application':
    case 'applications':
      return { type: 'app', name };
    case 'url':
      return { type: 'url', url: readUrl(name) };
    default:
      throw new CompassError('Usage', `${quoted(word)} cannot be traced: ${WAYS}`);
  }
}

function readSecret(text: string): Traced {
  const [name = '', namespace, ...rest] = text.split('/').toReversed();
  if (rest.length > 0 || name === '' || namespace === '') throw new CompassError('Usage', WAYS);
  return { type: 'secret', name, namespace };
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new CompassError('Usage', 'that is no URL: https://HOST/PATH');
  return `${url.origin}${url.pathname}`;
}
