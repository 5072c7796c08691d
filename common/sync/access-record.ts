import { isRecord, type JsonRecord, parseJson } from '#common/json.ts';
import type { EntryCredentials } from '#common/resources/application.ts';

/** How the gateway gets in with a bundle's credentials: the block of its entries without the Secret's name. */
export type Access = Omit<EntryCredentials, 'secretName'>;

/** All annotations of an object together may have 256 KiB; a URL that is longer than this is no URL that anybody uses. */
const LONGEST_RECORD = 8_192;

/** The record that is written along with a Secret, or undefined where it would be too long. */
export function formatAccess({ type, authenticationUrl, csrfInfo }: Access): string | undefined {
  const text = JSON.stringify({ type, authenticationUrl, csrfInfo });
  return text.length > LONGEST_RECORD ? undefined : text;
}

/** What `formatAccess` wrote; undefined for anything else. */
export function parseAccess(text: string | undefined): Access | undefined {
  const value = parseJson(text ?? '');
  return isRecord(value) ? readAccess(value) : undefined;
}

/** The parts of a block that have the shape they should have; undefined where the gateway could not use it. */
export function readAccess({ type, authenticationUrl: url, csrfInfo }: JsonRecord): Access | undefined {
  const csrfUrl = isRecord(csrfInfo) ? csrfInfo['tokenEndpointURL'] : undefined;
  const csrf = isText(csrfUrl) ? { csrfInfo: { tokenEndpointURL: csrfUrl } } : {};
  if (type === 'Basic') return { type, ...csrf };
  return type === 'OAuth' && isText(url) ? { type, authenticationUrl: url, ...csrf } : undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
