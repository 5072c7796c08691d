import type { Secret } from '#common/cluster/objects.ts';
import { isRecord, parseJson } from '#common/json.ts';
import type { Needles } from './needles.ts';

/** What a Secret says that is no secret: the report and the Applications name it as well, or anybody may have it. */
const PUBLIC_KEYS = new Set([
  'CONNECTOR_URL',
  'RUNTIME_ID',
  'TENANT',
  'crt',
  'crtChain',
  'cacert',
  'ca',
  'tls.crt',
  'ca.crt',
  'username',
  'clientId',
  'connection.json',
]);

/** The sidecar's own documents hold much that it reports, and little that is secret. */
const OWN_DOCUMENT = 'document';
const SECRET_PART = /(?:key|token|secret|password)$/i;
const SHORTEST_PART = 8;

/** Words that are everywhere: a password of these is none, and taking them out would leave nothing to read. */
const WORDS = new Set(['true', 'false', 'null', 'none', 'default', 'secret', 'token', 'password', 'application']);

/** Has the values of a Secret looked for from now on. */
export function addSecretValues({ data = {} }: Secret, needles: Needles): void {
  for (const [key, encoded] of Object.entries(data)) {
    if (PUBLIC_KEYS.has(key)) continue;
    const bytes = Buffer.from(encoded, 'base64');
    const value = bytes.toString();
    // A keystore is no text: what others have of it is how the Secret has it.
    const isText = Buffer.from(value).equals(bytes);
    for (const part of isText ? [value, value.trim(), ...partsOf(key, value)] : [encoded]) add(part, needles);
  }
}

/** The texts in a value that is JSON: of headers each, of our own documents what is secret in them. */
function partsOf(key: string, value: string): string[] {
  const document = /^\s*[[{]/.test(value) ? parseJson(value) : undefined;
  const isWanted = (name: string, text: string) =>
    key !== OWN_DOCUMENT || (SECRET_PART.test(name) && text.length >= SHORTEST_PART);
  return [...leavesOf(document)].filter(([name, text]) => isWanted(name, text)).map(([, text]) => text);
}

function add(value: string, needles: Needles): void {
  if (!WORDS.has(value.toLowerCase())) needles.add(value);
}

/** All texts in a document, with the name of the field that they stand in. */
function* leavesOf(value: unknown, name = ''): Generator<readonly [name: string, text: string]> {
  if (typeof value === 'string') yield [name, value];
  else if (Array.isArray(value)) for (const item of value) yield* leavesOf(item, name);
  else if (isRecord(value)) for (const [key, part] of Object.entries(value)) yield* leavesOf(part, key);
}
