import { CompassError } from '../errors.ts';

/** One attribute of a subject, by its short name in upper case. */
export interface SubjectAttribute {
  readonly type: AttributeType;
  readonly value: string;
}

/** The subject that a certificate is asked for with. */
export interface Subject {
  /** In the order asked for, each an RDN of its own; a type can occur more than once (two OUs). */
  readonly attributes: readonly SubjectAttribute[];
  readonly commonName: string;
}

/** Attribute types that are understood, with their OIDs (RFC 4519). */
export const ATTRIBUTE_OIDS = {
  CN: '2.5.4.3',
  SERIALNUMBER: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  POSTALCODE: '2.5.4.17',
  UID: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
} as const;

export type AttributeType = keyof typeof ATTRIBUTE_OIDS;

const LONGEST_SUBJECT = 10 * 1024;
const LONGEST_QUOTE = 200;

/**
 * Reads `O=…,OU=…,L=…,ST=…,C=…,CN=…` in any order, or OpenSSL's `/O=…/CN=…`. The server does not escape values, so a part that
 * does not begin with a known type and `=` belongs to the value before it (`O=Acme, Inc.`); escapes of RFC 4514, section 2.4,
 * are understood nevertheless. Throws InvalidSubject for anything without exactly one CN.
 */
export function parseSubject(text: string): Subject {
  if (text.length > LONGEST_SUBJECT) throw invalid(text, `is longer than ${LONGEST_SUBJECT} characters`);
  const trimmed = text.trim();
  if (trimmed === '') throw invalid(text, 'is empty');
  const attributes = trimmed.startsWith('/') ? readParts(trimmed.slice(1), '/') : readParts(trimmed, ',');
  const names = attributes.filter(({ type }) => type === 'CN');
  const [name] = names;
  if (name === undefined || name.value === '') throw invalid(text, 'has no CN');
  if (names.length > 1) throw invalid(text, 'has more than one CN');
  return { attributes, commonName: name.value };
}

interface OpenAttribute {
  readonly type: AttributeType;
  readonly parts: string[];
}

function readParts(text: string, separator: string): SubjectAttribute[] {
  const open: OpenAttribute[] = [];
  for (const part of splitUnescaped(text, separator)) {
    const begun = beginAttribute(part);
    if (begun) open.push(begun);
    else if (open.length > 0) open.at(-1)?.parts.push(part);
    else throw invalid(text, 'does not begin with an attribute like O=');
  }
  return open.map(({ type, parts }) => ({ type, value: readValue(text, dropEmptyEnd(parts).join(separator)) }));
}

/** A comma at the end, or two in a row, separate nothing. */
function dropEmptyEnd(parts: readonly string[]): readonly string[] {
  const last = parts.findLastIndex((part) => part.trim() !== '');
  return parts.slice(0, Math.max(last, 0) + 1);
}

function splitUnescaped(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === separator) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)];
}

function beginAttribute(part: string): OpenAttribute | undefined {
  const equals = part.indexOf('=');
  if (equals < 0) return undefined;
  const type = part.slice(0, equals).trim().toUpperCase();
  return isAttributeType(type) ? { type, parts: [part.slice(equals + 1)] } : undefined;
}

function isAttributeType(type: string): type is AttributeType {
  return Object.hasOwn(ATTRIBUTE_OIDS, type);
}

function readValue(subject: string, raw: string): string {
  const value = withoutEscapes(raw.trim());
  if (/\p{Cc}/u.test(value)) throw invalid(subject, 'holds a control character');
  return value;
}

/** A backslash before anything that RFC 4514 does not escape stands for itself. */
function withoutEscapes(value: string): string {
  return value.replace(/\\([ "#+,;<=>\\/])|((?:\\[0-9A-Fa-f]{2})+)/g, (whole, special?: string, pairs?: string) => {
    return special ?? decodeUtf8(pairs ?? '') ?? whole;
  });
}

function decodeUtf8(pairs: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(pairs.replaceAll('\\', ''), 'hex'));
  } catch {
    return undefined;
  }
}

/** A subject is no secret: it stands in every certificate. */
function invalid(subject: string, what: string): CompassError {
  const shown = subject.length > LONGEST_QUOTE ? `${subject.slice(0, LONGEST_QUOTE)}…` : subject;
  return new CompassError('InvalidSubject', `the subject that Compass asks for ${what}: ${JSON.stringify(shown)}`);
}
