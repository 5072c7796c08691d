import { BlockList } from 'node:net';

/** Where clouds keep the metadata of their instances, with credentials in them (RFC 3927, RFC 4291 section 2.5.6). */
const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4');
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');
LINK_LOCAL.addAddress('fd00:ec2::254', 'ipv6');

/** Asked first: for a name the list makes an error and takes it back. */
const IPV4 = /^[\d.]+$/;

const METADATA_NAME = 'metadata.google.internal';

/** What is odd about the target of an API; undefined where it is an address that the gateway may call. */
export type TargetOddity = 'unusable' | 'internal';

/** `unusable` is no http or https URL, `internal` leads to what only the node itself should ask. */
export function judgeTarget(targetUrl: string): TargetOddity | undefined {
  const url = URL.parse(targetUrl);
  if (!url || !['http:', 'https:'].includes(url.protocol)) return 'unusable';
  return isInternal(url.hostname) ? 'internal' : undefined;
}

/** As URL writes it: IPv4 in four decimal numbers whatever its spelling was, IPv6 in brackets. */
function isInternal(hostname: string): boolean {
  if (hostname.startsWith('[')) return LINK_LOCAL.check(hostname.slice(1, -1), 'ipv6');
  if (IPV4.test(hostname)) return LINK_LOCAL.check(hostname, 'ipv4');
  return hostname === METADATA_NAME || hostname === `${METADATA_NAME}.`;
}
