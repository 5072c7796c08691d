import { isIP } from 'node:net';
import { CompassError } from '../errors.ts';
import { bareHost } from './proxy.ts';

const LONGEST_URL = 2048;

/**
 * CONNECTOR_URL as it is called: https, with a path, without white space, userinfo, fragment or a pasted `?token=`.
 * Throws ConfigurationInvalid, without the value: people put tokens into the wrong key.
 */
export function parseConnectorUrl(text: string): string {
  const trimmed = text.trim();
  const invalid = (what: string) => new CompassError('ConfigurationInvalid', `CONNECTOR_URL ${what}`);
  if (trimmed.length > LONGEST_URL) throw invalid(`is longer than ${LONGEST_URL} characters`);
  if (!URL.canParse(trimmed)) throw invalid('is not an absolute URL (https://host/path)');
  const url = new URL(trimmed);
  if (url.protocol !== 'https:') throw invalid(`must begin with https://, not ${url.protocol}//`);
  if (url.username || url.password) throw invalid('must not hold a user name or password');
  if (url.pathname === '/') throw invalid('has no path; the Connector listens under one like /connector/graphql');
  url.searchParams.delete('token');
  url.hash = '';
  return url.href;
}

export interface TrustRule {
  /** CONNECTOR_URL, which a person gave. */
  readonly connectorUrl: string;
  /** APP_COMPASS_ALLOWED_HOSTS: host names, or `host:port`. */
  readonly allowedHosts: readonly string[];
}

/**
 * Checks a URL that the Connector names, before a credential goes there: https on the same host as CONNECTOR_URL, or under the
 * same parent domain (all but the first label, at least two labels), or on an allowed host. Addresses have no parent.
 * Throws UntrustedUrl.
 */
export function requireTrustedUrl(text: string, { connectorUrl, allowedHosts }: TrustRule): URL {
  if (text.length > LONGEST_URL) throw untrusted(`it is longer than ${LONGEST_URL} characters`);
  if (!URL.canParse(text)) throw untrusted('it is not an absolute URL');
  const url = new URL(text);
  if (url.protocol !== 'https:') throw untrusted(`${url.host} would be called by ${url.protocol}//, not https://`);
  if (url.username || url.password) throw untrusted(`the URL on ${url.host} holds a user name or password`);
  const host = hostOf(url);
  const own = hostOf(new URL(connectorUrl));
  if (host === own || isUnderSameParent(host, own) || isAllowed(url, host, allowedHosts)) return url;
  throw untrusted(`${url.host} is neither on the host nor in the domain of CONNECTOR_URL (${own})`);
}

/**
 * Checks both URLs of the management plane. Throws UntrustedUrl, or InvalidAnswer where the Connector named none (`''`) and
 * none was known.
 */
export function requireTrustedPlane(
  urls: { readonly connector: string; readonly director: string },
  rule: TrustRule,
): void {
  const named = { certificateSecuredConnectorURL: urls.connector, directorURL: urls.director };
  for (const [field, url] of Object.entries(named)) {
    if (url === '') throw new CompassError('InvalidAnswer', `the Connector named no ${field}`);
    requireTrustedUrl(url, rule);
  }
}

function untrusted(what: string): CompassError {
  return new CompassError('UntrustedUrl', `the Connector names a URL that is not trusted: ${what}`);
}

/** URL has lower-cased it; the root's dot at the end makes no other host. */
function hostOf(url: URL): string {
  return bareHost(url).replace(/\.$/, '');
}

function isUnderSameParent(host: string, own: string): boolean {
  const parent = own.slice(own.indexOf('.') + 1);
  return (
    isIP(own) === 0 && isIP(host) === 0 && own.includes('.') && parent.includes('.') && host.endsWith(`.${parent}`)
  );
}

function isAllowed(url: URL, host: string, allowedHosts: readonly string[]): boolean {
  const port = url.port || '443';
  return allowedHosts.some((entry) => {
    const allowed = entry.trim().toLowerCase().replace(/\.$/, '');
    return [host, `[${host}]`, `${host}:${port}`, `[${host}]:${port}`].includes(allowed);
  });
}
