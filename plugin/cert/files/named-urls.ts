import { requireTrustedUrl, type TrustRule } from '#common/compass/trusted-url.ts';
import type { CompassUrls } from './connection-file.ts';

/** The hosts, perhaps with ports, that would have to be allowed for the URLs that Compass named. */
export function untrustedHosts(named: readonly (string | undefined)[], rule: TrustRule): readonly string[] {
  const refused = named.filter((url) => url && !isTrusted(url, rule));
  const hosts = refused.flatMap((url) => (url && URL.canParse(url) ? [new URL(url).host] : []));
  return [...new Set(hosts)];
}

function isTrusted(url: string, rule: TrustRule): boolean {
  try {
    requireTrustedUrl(url, rule);
    return true;
  } catch {
    return false;
  }
}

/** The URLs that Compass named, each checked before anybody calls it with a credential. Throws UntrustedUrl. */
export function trustedUrls(
  named: { readonly connector: string | undefined; readonly director: string | undefined },
  rule: TrustRule,
): Pick<CompassUrls, 'certificateSecuredConnectorUrl' | 'directorUrl'> {
  for (const url of [named.connector, named.director]) if (url) requireTrustedUrl(url, rule);
  return {
    ...(named.connector ? { certificateSecuredConnectorUrl: named.connector } : {}),
    ...(named.director ? { directorUrl: named.director } : {}),
  };
}
