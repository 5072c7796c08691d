import { BlockList, isIP } from 'node:net';

type Environment = Readonly<Record<string, string | undefined>>;

function setting(env: Environment, name: string): string {
  return env[name] || env[name.toLowerCase()] || '';
}

function inRange(host: string, range: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(network) === 0 || isIP(host) !== isIP(network) || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 'ipv6' ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(host, family);
}

function exempts(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inRange(host, entry);
  const [name = '', entryPort] = isIP(entry) === 6 ? [entry] : entry.split(':');
  if (entryPort && entryPort !== port) return false;
  const suffix = name.replace(/^\*?\./, '');
  return host.endsWith(`.${suffix}`) || (host === suffix && !name.startsWith('.'));
}

/**
 * The proxy that the environment names for a URL, by Go's rules (golang.org/x/net/http/httpproxy): HTTPS_PROXY or
 * HTTP_PROXY by the URL's scheme, upper or lower case; never for loopback; NO_PROXY lists `*`, hosts, domains, IPs and
 * CIDR ranges, each with a port or without.
 */
export function proxyFor(server: string, env: Environment): string | undefined {
  const url = new URL(server);
  const proxy = setting(env, url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (proxy === '' || host === 'localhost' || host === '::1' || inRange(host, '127.0.0.0/8')) return undefined;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const exempt = setting(env, 'NO_PROXY')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && exempts(entry, host, port));
  if (exempt) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}
