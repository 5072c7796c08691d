import type { ServiceEntry } from '#common/resources/application.ts';
import { maskLogins } from '../output/login.ts';

/** What a URL of an API is for. */
type UrlUse = 'gateway URL' | 'target URL' | 'token URL' | 'CSRF token URL';

export interface UsedUrl {
  readonly use: UrlUse;
  /** Without a login, which nobody is traced by. */
  readonly url: string;
}

/** The URLs of an entry: where it is called, what that leads to, and where its tokens come from. */
export function urlsOf({ centralGatewayUrl, targetUrl, credentials }: ServiceEntry): readonly UsedUrl[] {
  const all: readonly { readonly use: UrlUse; readonly url: string | undefined }[] = [
    { use: 'gateway URL', url: centralGatewayUrl },
    { use: 'target URL', url: targetUrl },
    { use: 'token URL', url: credentials?.authenticationUrl },
    { use: 'CSRF token URL', url: credentials?.csrfInfo?.tokenEndpointURL },
  ];
  return all.flatMap(({ use, url }) => (url ? [{ use, url: maskLogins(url) }] : []));
}

/** A URL by its host and path, as it is compared: a Service has several names within a cluster. */
function comparable(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port, pathname } = new URL(text);
  return `${protocol}//${hostname.replace(/\.svc(?:\.cluster\.local)?$/, '')}:${port}${pathname.replace(/\/+$/, '')}`;
}

/**
 * How well a known URL fits one that was asked for: the length that they share where the known one is it, or begins its path;
 * undefined where it does not.
 */
export function fitOf(asked: string, known: string): number | undefined {
  const [whole, part] = [comparable(asked), comparable(known)];
  if (whole === undefined || part === undefined) return undefined;
  return whole === part || whole.startsWith(`${part}/`) ? part.length : undefined;
}

/** The known URLs of the same host, those first that have most of the path in common. */
export function nearestUrls(asked: string, known: Iterable<string>, most = 3): readonly string[] {
  const whole = comparable(asked) ?? '';
  const host = whole.split('/', 3).join('/');
  const ranked = [...new Set(known)].flatMap((url) => {
    const other = comparable(url);
    return other !== undefined && `${other}/`.startsWith(`${host}/`)
      ? [{ url, shared: sharedLength(whole, other) }]
      : [];
  });
  return ranked
    .toSorted((a, b) => b.shared - a.shared)
    .slice(0, most)
    .map(({ url }) => url);
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}
