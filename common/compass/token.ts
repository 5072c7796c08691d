import { createHash } from 'node:crypto';
import { CompassError } from '../errors.ts';
import { isRecord, parseJson } from '../json.ts';
import { Sensitive } from '../sensitive.ts';

export interface ReadToken {
  /** The bare token, as the header `Connector-Token` carries it. */
  readonly token: Sensitive;
  /** Where the token is good for, when its form says so; not checked yet. */
  readonly connectorUrl?: string;
  /** Whether Compass knew it as used when it wrote this form, where the form says so. */
  readonly used?: boolean;
  /** In ms since the epoch, where the form says so. */
  readonly expiresAt?: number;
}

const LONGEST_TEXT = 16 * 1024;
const LONGEST_TOKEN = 4096;
const ZERO_WIDTH = /[\u200b-\u200d\u2060\ufeff]/g;
const AROUND = /[\s"'`\u201c\u201d\u201e\u2018\u2019]/;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/**
 * Reads a one-time token in any of its forms: bare, `rawEncoded` (base64 of JSON), that JSON itself, or a URL with `?token=`;
 * without the white space around it, line breaks and quotes that pasting adds. Throws ConfigurationInvalid, without any of
 * the content; so for several words in one line, which are something else that was pasted.
 */
export function readToken(text: string): ReadToken {
  if (text.length > LONGEST_TEXT) throw invalid(`is longer than ${LONGEST_TEXT} characters`);
  const object = parseObject(text.trim());
  if (object) return fromFields(object);
  const clean = strip(text);
  if (clean === '') throw invalid('is empty');
  if (/^https?:\/\//i.test(clean)) return fromUrl(clean);
  const fields = parseObject(Buffer.from(clean, 'base64').toString('utf8'));
  return fields ? fromFields(fields) : { token: bare(clean) };
}

/** SHA-256 in lower-case hex: what may be stored of a token to recognize it again. The same for all forms of one token. */
export function hashToken(token: Sensitive): string {
  return createHash('sha256').update(token.reveal()).digest('hex');
}

function fromUrl(text: string): ReadToken {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const token = url?.searchParams.get('token');
  if (!(url && token)) throw invalid('is a URL without ?token=');
  url.searchParams.delete('token');
  return { token: bare(strip(token)), connectorUrl: url.href };
}

function fromFields(fields: Readonly<Record<string, unknown>>): ReadToken {
  const { token, connectorURL, used, expiresAt } = fields as Record<string, unknown>;
  if (typeof token !== 'string' || strip(token) === '') throw invalid('is JSON without a field "token"');
  const expiry = typeof expiresAt === 'string' ? Date.parse(expiresAt) : Number.NaN;
  return {
    token: bare(strip(token)),
    ...(typeof connectorURL === 'string' && connectorURL !== '' ? { connectorUrl: connectorURL } : {}),
    ...(typeof used === 'boolean' ? { used } : {}),
    ...(Number.isFinite(expiry) ? { expiresAt: expiry } : {}),
  };
}

function bare(token: string): Sensitive {
  if (token.length > LONGEST_TOKEN) throw invalid(`is longer than ${LONGEST_TOKEN} characters`);
  if (!VISIBLE_ASCII.test(token)) throw invalid('holds a character that no token has');
  return new Sensitive(token);
}

/**
 * Takes away what stands around it, and the breaks of a token that was broken into lines, which is common. By hand: an
 * expression that looks for white space before an end takes the square of the time where there is much of it.
 */
function strip(text: string): string {
  const visible = text.replace(ZERO_WIDTH, '');
  let start = 0;
  let end = visible.length;
  while (start < end && AROUND.test(visible.charAt(start))) start += 1;
  while (end > start && AROUND.test(visible.charAt(end - 1))) end -= 1;
  const lines = visible.slice(start, end).split(/[\r\n]/);
  const joined = lines.map((line) => line.trim()).join('');
  if (/\s/.test(joined)) throw invalid('has blanks between its characters, as no token has');
  return joined;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined;
  const value = parseJson(text);
  return isRecord(value) ? value : undefined;
}

function invalid(what: string): CompassError {
  return new CompassError('ConfigurationInvalid', `TOKEN ${what}`);
}
