/** Values shorter than this are no secrets, and would tear the message to pieces. */
const SHORTEST_VALUE = 4;

function valuesOf(field: unknown): readonly string[] {
  if (typeof field !== 'object' || field === null) return [];
  return Object.values(field).filter((value) => typeof value === 'string' && value.length >= SHORTEST_VALUE);
}

function withDecoded(value: string): readonly string[] {
  const decoded = Buffer.from(value, 'base64').toString('utf8');
  return decoded.length >= SHORTEST_VALUE ? [value, decoded] : [value];
}

/**
 * Takes the values of a Secret that was sent out of what the server says about it: a webhook or a decoder may quote
 * them, in base64 or plain. The decoder also quotes the bytes around a fault (`error found in #10 byte of ...|`): what
 * follows goes as a whole.
 */
export function scrubSecret(body: object): (message: string) => string {
  const data: unknown = 'data' in body ? body.data : undefined;
  const stringData: unknown = 'stringData' in body ? body.stringData : undefined;
  const values = [...valuesOf(data).flatMap(withDecoded), ...valuesOf(stringData)];
  values.sort((one, other) => other.length - one.length);
  return (message) => {
    let scrubbed = message.replace(/,? error found in #[\s\S]*$/, '');
    for (const value of values) scrubbed = scrubbed.replaceAll(value, '[sensitive]');
    return scrubbed;
  };
}
