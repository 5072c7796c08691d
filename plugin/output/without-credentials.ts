/** Variables of an environment that say through which proxy Compass is reached, and may hold a password for it. */
export const PROXY_ADDRESSES: readonly string[] = ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'];

/**
 * A proxy's address without its user and password, which are nobody's to read: `http://[sensitive]@proxy:3128`. Also where no
 * scheme is said, and where the password holds what should have been escaped.
 */
export function withoutCredentials(address: string): string {
  const at = address.lastIndexOf('@');
  if (at < 0) return address;
  const scheme = /^\s*[a-z][a-z\d+.-]*:\/\//i.exec(address)?.[0] ?? '';
  return `${scheme}[sensitive]${address.slice(at)}`;
}

export function holdsCredentials(address: string): boolean {
  return withoutCredentials(address) !== address;
}
