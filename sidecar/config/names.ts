import type { ValueType } from './values.ts';

/** Where a namespaced object is. */
export interface NamespacedName {
  readonly namespace: string;
  readonly name: string;
}

/** RFC 1123 label, as Kubernetes takes it for namespaces. */
const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

function isLabel(text: string): boolean {
  return LABEL.test(text);
}

/** RFC 1123 subdomain, as Kubernetes takes it for the names of most objects. */
function isSubdomain(text: string, longest = 253): boolean {
  return text.length <= longest && text.split('.').every((part) => isLabel(part));
}

export const NAMESPACE_NAME: ValueType<string> = {
  allowed: 'the name of a namespace: lower-case letters, digits and -, 63 characters at most',
  parse: (text) => (isLabel(text) ? text : undefined),
};

/** Room for `-journal` and its like, which are added to a connection's name. */
const LONGEST_CONNECTION_NAME = 240;

export const CONNECTION_NAME: ValueType<string> = {
  allowed: `lower-case letters, digits, - and ., ${LONGEST_CONNECTION_NAME} characters at most`,
  parse: (text) => (isSubdomain(text, LONGEST_CONNECTION_NAME) ? text : undefined),
};

/** `namespace/name`; without a namespace it is `default`, as in the reference agent. */
export const SECRET_NAME: ValueType<NamespacedName> = {
  allowed: 'namespace/name, in lower-case letters, digits, - and .',
  parse(text) {
    const parts = text.split('/');
    const [namespace, name] = parts.length === 1 ? ['default', parts[0]] : parts;
    if (parts.length > 2 || namespace === undefined || name === undefined) return undefined;
    return isLabel(namespace) && isSubdomain(name) ? { namespace, name } : undefined;
  },
};

const HOST = /^(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** Host names, separated by commas; lower case in the result. */
export const HOSTS: ValueType<readonly string[]> = {
  allowed: 'host names without port, separated by commas',
  parse(text) {
    const hosts = text
      .split(',')
      .map((host) => host.trim().toLowerCase())
      .filter((host) => host !== '');
    return hosts.every((host) => host.length <= 253 && HOST.test(host)) ? hosts : undefined;
  },
};

/** An absolute http or https URL without credentials, as it was written. */
export const HTTP_URL: ValueType<string> = {
  allowed: 'an http or https URL without user and password',
  parse(text) {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || text.length > 2_048 || !/^https?:\/\//i.test(text)) return undefined;
    return url.username === '' && url.password === '' ? text : undefined;
  },
};

/** As HTTP_URL, without slashes at its end: paths are added to it. */
export const BASE_URL: ValueType<string> = {
  allowed: HTTP_URL.allowed,
  parse(text) {
    const url = HTTP_URL.parse(text);
    return url === undefined ? undefined : withoutSlashes(url);
  },
};

/** By hand, because `/\/+$/` is quadratic on a long run of slashes. */
function withoutSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === '/') end -= 1;
  return text.slice(0, end);
}
