import { requireTrustedUrl, type TrustRule } from '#common/compass/trusted-url.ts';
import type { CompassUrls } from './connection-file.ts';

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
