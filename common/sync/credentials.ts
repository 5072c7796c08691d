import type { DirectorAuth, DirectorBundle, DirectorCredential } from '#common/compass/director-types.ts';
import type { EntryCredentials } from '#common/resources/application.ts';
import { credentialsSecretName, parametersSecretName } from './names.ts';

/** What a bundle's `defaultInstanceAuth` becomes: the block of each API entry and the content of the Secret it names. */
export type BundleCredentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'known'; readonly block: EntryCredentials; readonly content: Readonly<Record<string, string>> }
  /** A kind that this version cannot use, or one with empty parts: what was there last stays. */
  | { readonly kind: 'unusable'; readonly why: string };

export function bundleCredentials(applicationName: string, bundle: DirectorBundle): BundleCredentials {
  const auth = bundle.defaultInstanceAuth;
  const credential = auth?.credential;
  if (!auth || !credential) return { kind: 'none' };
  const why = unusable(credential);
  if (why !== undefined || credential.type === 'Unknown') return { kind: 'unusable', why: why ?? 'unknown' };
  const secretName = credentialsSecretName(applicationName, bundle.id);
  const csrf = csrfBlock(auth);
  if (credential.type === 'Basic') {
    const { username, password } = credential;
    return { kind: 'known', block: { type: 'Basic', secretName, ...csrf }, content: { username, password } };
  }
  const { clientId, clientSecret, url } = credential;
  const block = { type: 'OAuth', secretName, authenticationUrl: url, ...csrf };
  return { kind: 'known', block, content: { clientId, clientSecret } };
}

function unusable(credential: DirectorCredential): string | undefined {
  if (credential.type === 'Unknown') return `its credentials are of the unknown type ${credential.typename}`;
  const parts: Readonly<Record<string, string>> = { ...credential };
  const empty = Object.keys(parts).filter((part) => !parts[part]);
  return empty.length > 0 ? `its ${credential.type} credentials have an empty ${empty.join(' and ')}` : undefined;
}

function csrfBlock(auth: DirectorAuth): Pick<EntryCredentials, 'csrfInfo'> {
  const url = auth.requestAuth?.csrf?.tokenEndpointURL;
  return url ? { csrfInfo: { tokenEndpointURL: url } } : {};
}

type Lists = Readonly<Record<string, readonly string[]>>;

/** What a bundle's additional headers and query parameters become, or why they cannot be sent. */
export type BundleParameters =
  | { readonly kind: 'none' }
  | { readonly kind: 'known'; readonly secretName: string; readonly content: Readonly<Record<string, string>> }
  | { readonly kind: 'invalid'; readonly why: string };

export function bundleParameters(applicationName: string, bundle: DirectorBundle): BundleParameters {
  const headers = bundle.defaultInstanceAuth?.additionalHeaders ?? {};
  const queryParameters = bundle.defaultInstanceAuth?.additionalQueryParams ?? {};
  const why =
    invalidLists('headers', headers) ?? invalidLists('query parameters', queryParameters) ?? invalidHeaders(headers);
  if (why !== undefined) return { kind: 'invalid', why };
  const content = { ...json('headers', headers), ...json('queryParameters', queryParameters) };
  if (Object.keys(content).length === 0) return { kind: 'none' };
  return { kind: 'known', secretName: parametersSecretName(applicationName, bundle.id), content };
}

/** Sorted by name, so that an answer in another order is the same Secret. */
function json(key: string, lists: Lists): Record<string, string> {
  const names = Object.keys(lists).sort();
  if (names.length === 0) return {};
  return { [key]: JSON.stringify(Object.fromEntries(names.map((name) => [name, lists[name]]))) };
}

function invalidLists(what: string, lists: unknown): string | undefined {
  if (typeof lists !== 'object' || lists === null || Array.isArray(lists)) return `its ${what} are no map`;
  const isList = (list: unknown) => Array.isArray(list) && list.every((value) => typeof value === 'string');
  return Object.values(lists).every(isList) ? undefined : `its ${what} are no lists of strings`;
}

/** A field name is a token (RFC 9110, section 5.1). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** A field value has no control characters but the tab (RFC 9110, section 5.5). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;

function invalidHeaders(headers: Lists): string | undefined {
  const badName = Object.keys(headers).find((name) => !TOKEN.test(name));
  if (badName !== undefined) return `${JSON.stringify(badName.slice(0, 40))} is no name of a header`;
  const badValue = Object.keys(headers).find((name) => headers[name]?.some((value) => CONTROL.test(value)));
  return badValue === undefined ? undefined : `the value of its header ${badValue} has control characters`;
}
