import { BlockList, isIP } from 'node:net';
import { CompassError } from '../errors.ts';
import { Sensitive } from '../sensitive.ts';

/** An HTTP proxy that is asked to CONNECT; TLS runs from end to end through it. */
export interface ConnectProxy {
  /** Host and port for messages; never the credentials. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** The proxy is itself reached over TLS (`https://` in HTTPS_PROXY). */
  readonly secure: boolean;
  /** `Proxy-Authorization`, from the URL's userinfo. */
  readonly authorization?: Sensitive;
}

export interface ProxySettings {
  readonly httpsProxy?: string;
  readonly noProxy?: string;
}

/**
 * The proxy for `url`, or undefined where it is reached directly. NO_PROXY is read as Go and curl do: a comma-separated list of
 * `*`, domains (which cover their subdomains, with or without a leading dot), addresses and CIDR ranges, each with an optional
 * port. Throws InvalidSetting for an HTTPS_PROXY that is no http(s) URL.
 */
export function proxyFor(url: URL, settings: ProxySettings | undefined): ConnectProxy | undefined {
  const proxy = readProxy(settings);
  return proxy && !isExempt(url, settings?.noProxy ?? '') ? proxy : undefined;
}

/** HTTPS_PROXY, whichever URL it is to be used for; `host:port` alone means http. Throws InvalidSetting, without the value. */
export function readProxy(settings: ProxySettings | undefined): ConnectProxy | undefined {
  const address = settings?.httpsProxy?.trim();
  if (!address) return undefined;
  const text = address.includes('://') ? address : `http://${address}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!(url && /^https?:$/.test(url.protocol))) throw invalid();
  const secure = url.protocol === 'https:';
  const port = Number(url.port) || (secure ? 443 : 80);
  const proxy = { name: `${url.hostname}:${port}`, host: bareHost(url), port, secure };
  return url.username ? { ...proxy, authorization: new Sensitive(basicCredentials(url)) } : proxy;
}

/** RFC 7617, section 2. */
function basicCredentials({ username, password }: URL): string {
  const decoded = [username, password].map(decodePercent).join(':');
  return `Basic ${Buffer.from(decoded).toString('base64')}`;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function invalid(): CompassError {
  return new CompassError('InvalidSetting', 'HTTPS_PROXY is not the URL of an HTTP proxy (http://host:port)');
}

/** The URL's host without the brackets of an IPv6 address. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function isExempt(url: URL, noProxy: string): boolean {
  const host = bareHost(url).toLowerCase();
  const port = url.port || '443';
  return noProxy
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((rule) => matches(rule.toLowerCase(), host, port));
}

function matches(rule: string, host: string, port: string): boolean {
  if (rule === '*') return true;
  const [, bracketed, plain, rulePort] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(rule) ?? [];
  if (rulePort !== undefined && rulePort !== port) return false;
  const name = bracketed ?? plain ?? rule;
  if (isIP(host) !== 0) return coversAddress(name, host);
  const domain = name.replace(/^\*?\./, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

function coversAddress(rule: string, host: string): boolean {
  const [network = '', prefix] = rule.split('/');
  const family = isIP(network);
  if (family === 0 || family !== isIP(host)) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const bits = prefix === undefined ? (family === 6 ? 128 : 32) : Number(prefix);
  if (!Number.isInteger(bits) || bits < 0 || bits > (family === 6 ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, type);
  return list.check(host, type);
}
