import { createHash } from 'node:crypto';

const LONGEST_SUBDOMAIN = 253;
const LONGEST_LABEL_VALUE = 63;
/** 63 less the 36 characters of a UUID. */
const LONGEST_SECRET_PREFIX = 27;
const CUT_LABEL = 54;
const LABEL_HASH_DIGITS = 8;

const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

/** Whether a name is a DNS-1123 subdomain, which is what Kubernetes takes as the name of most objects. */
export function isSubdomain(name: string): boolean {
  return name.length <= LONGEST_SUBDOMAIN && SUBDOMAIN.test(name);
}

/** Whether Kubernetes takes a text as the value of a label. */
export function isLabelValue(value: string): boolean {
  return value.length <= LONGEST_LABEL_VALUE && LABEL_VALUE.test(value);
}

/** The Secret of a bundle's credentials. */
export function credentialsSecretName(applicationName: string, bundleId: string): string {
  return prefixed(applicationName, bundleId);
}

/** The Secret of a bundle's additional headers and query parameters. */
export function parametersSecretName(applicationName: string, bundleId: string): string {
  return prefixed(`params-${applicationName}`, bundleId);
}

function prefixed(prefix: string, bundleId: string): string {
  // A cut right behind a dot would leave a name that no API server takes.
  const cut = prefix.slice(0, LONGEST_SECRET_PREFIX - 1).replace(/\.$/, '');
  return `${cut}-${bundleId}`;
}

/** An Application's name as the value of a label: over 63 characters the first 54, `-`, and 8 hex digits of its SHA-256. */
export function applicationLabel(applicationName: string): string {
  if (applicationName.length <= LONGEST_LABEL_VALUE) return applicationName;
  const hash = createHash('sha256').update(applicationName).digest('hex').slice(0, LABEL_HASH_DIGITS);
  return `${applicationName.slice(0, CUT_LABEL)}-${hash}`;
}
