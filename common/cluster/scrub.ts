import { parseJson } from '../json.ts';
import { redact } from '../redact.ts';

function valuesOf(field: unknown): readonly string[] {
  if (typeof field !== 'object' || field === null) return [];
  return Object.values(field).filter((value) => typeof value === 'string');
}

/**
 * Takes the values of a Secret that was sent out of what the server says about it: a webhook or a decoder may quote
 * them, in base64 or plain. The decoder also quotes the bytes around a fault (`error found in #10 byte of ...|`): what
 * follows goes as a whole.
 */
export function scrubSecret(body: object): (message: string) => string {
  const data: unknown = 'data' in body ? body.data : undefined;
  const stringData: unknown = 'stringData' in body ? body.stringData : undefined;
  const plain = valuesOf(data).map((value) => Buffer.from(value, 'base64').toString('utf8'));
  const values = [...plain, ...plain.flatMap(documentValues), ...valuesOf(stringData)];
  return (message) => redact(message.replace(/,? error found in #[\s\S]*$/, ''), values);
}

/** The texts in a JSON document of ours, each of which a server that had decoded it could quote by itself. */
function documentValues(text: string): readonly string[] {
  const document = text.startsWith('{') ? parseJson(text) : undefined;
  return valuesOf(document);
}
