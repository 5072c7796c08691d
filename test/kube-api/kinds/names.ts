import { invalidValue } from '../causes.ts';
import type { Cause } from '../status.ts';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const qualifiedName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

function causes(field: string, value: string, max: number, pattern: string, what: string): Cause[] {
  const found: Cause[] = [];
  if (value.length > max) found.push(invalidValue(field, value, `must be no more than ${max} characters`));
  if (!new RegExp(`^${pattern}$`).test(value)) found.push(invalidValue(field, value, what));
  return found;
}

/** RFC 1123 subdomain: names of most objects. */
export function subdomainCauses(field: string, value: string): Cause[] {
  return causes(
    field,
    value,
    253,
    subdomain,
    `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`,
  );
}

/** RFC 1123 label: names of namespaces. */
export function labelCauses(field: string, value: string): Cause[] {
  return causes(
    field,
    value,
    63,
    label,
    `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`,
  );
}

/** A path segment: names of RBAC objects. */
export function pathSegmentCauses(field: string, value: string): Cause[] {
  if (value === '.' || value === '..') return [invalidValue(field, value, `may not be '${value}'`)];
  return ['/', '%']
    .filter((bad) => value.includes(bad))
    .map((bad) => invalidValue(field, value, `may not contain '${bad}'`));
}

/** Keys of Secrets and ConfigMaps. */
export function configKeyCauses(field: string, key: string): Cause[] {
  return causes(
    field,
    key,
    253,
    '[-._a-zA-Z0-9]+',
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
  );
}

const nameRule = `must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`;

/** Keys of labels and annotations: an optional subdomain prefix, a slash, a name of 63 characters. */
export function qualifiedNameCauses(field: string, key: string): Cause[] {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  const isPrefixed = parts.length === 2 && new RegExp(`^${subdomain}$`).test(parts[0] ?? '');
  if (parts.length > 2) {
    return [
      invalidValue(
        field,
        key,
        `a qualified name ${nameRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
      ),
    ];
  }
  if (name === '')
    return [invalidValue(field, key, 'name part must be non-empty'), invalidValue(field, key, `name part ${nameRule}`)];
  const found: Cause[] = [];
  if (parts.length === 2 && !isPrefixed)
    found.push(
      invalidValue(
        field,
        key,
        `prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`,
      ),
    );
  if (name.length > 63) found.push(invalidValue(field, key, 'name part must be no more than 63 characters'));
  if (!new RegExp(`^${qualifiedName}$`).test(name)) found.push(invalidValue(field, key, `name part ${nameRule}`));
  return found;
}

/** Values of labels. */
export function labelValueCauses(field: string, value: string): Cause[] {
  const found: Cause[] = [];
  if (value.length > 63) found.push(invalidValue(field, value, 'must be no more than 63 characters'));
  if (value !== '' && !new RegExp(`^${qualifiedName}$`).test(value)) {
    found.push(
      invalidValue(
        field,
        value,
        `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
      ),
    );
  }
  return found;
}
