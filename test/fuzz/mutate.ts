import { mutateJson } from './mutate-json.ts';
import type { Random } from './random.ts';

/** Longer inputs show what is not linear; far longer ones only take time. */
const LONGEST_BYTES = 64 * 1024;

/** What parsers trip over. */
const TOKENS: readonly Buffer[] = [
  ...['null', 'true', '""', '{}', '[]', '-1', '1e999', '0', '9007199254740993', '"__proto__"', '"constructor"', 'NaN'],
  ...['{', '}', '[', ']', '"', "'", ',', ':', '=', ';', '\\', '/', '//', '..', '@', '#', '%', '%00', '%zz', '?token=x'],
  ...[
    '\n',
    '\r\n',
    '\t',
    '\0',
    ' ',
    '\u2028',
    '\ufeff',
    '\u202e',
    'ß',
    '\u{1f600}',
    '\\u0000',
    '\\ud800',
    '- ',
    '---\n',
  ],
  ...['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----', '-----BEGIN RSA PRIVATE KEY-----', 'CN=', '\\2C'],
  ...['&a ', '*a', '!!js/function', '<<: ', '9999-99-99T99:99:99Z', '1h1h', 'https://[::1', 'file:///etc/passwd'],
].map((text) => Buffer.from(text));
const BYTES: readonly Buffer[] = [0x00, 0x7f, 0x80, 0xc0, 0xfe, 0xff].map((byte) => Buffer.from([byte]));

type Change = (input: Buffer, random: Random, others: readonly Buffer[]) => Buffer;

const CHANGES: readonly Change[] = [
  flipBit,
  (input, random) => replaced(input, random, random.pick(TOKENS), 0),
  (input, random) => replaced(input, random, random.pick(TOKENS), random.below(16)),
  (input, random) => replaced(input, random, random.pick(BYTES), random.below(3)),
  (input, random) => replaced(input, random, Buffer.alloc(0), random.below(64)),
  (input, random) => input.subarray(0, random.below(input.length + 1)),
  repeatPart,
  splice,
  replaceNumber,
];

/** A number of small changes to one of the inputs: mostly a few, now and then a part of it many times over. */
export function mutate(inputs: readonly Buffer[], random: Random): Buffer {
  const picked = random.pick(inputs);
  // Bytes alone seldom leave JSON behind.
  const shaped = random.below(2) === 0 ? mutateJson(picked, random) : undefined;
  if (shaped && random.below(4) !== 0) return shaped;
  let input = shaped ?? picked;
  const changes = 1 + random.below(random.below(4) === 0 ? 16 : 3);
  for (let count = 0; count < changes; count += 1) input = random.pick(CHANGES)(input, random, inputs);
  if (random.below(200) === 0) input = blowUp(input, random);
  return input.length > LONGEST_BYTES ? input.subarray(0, LONGEST_BYTES) : input;
}

function flipBit(input: Buffer, random: Random): Buffer {
  const changed = Buffer.from(input);
  const at = random.below(input.length);
  changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
  return changed;
}

function replaced(input: Buffer, random: Random, by: Buffer, length: number): Buffer {
  const at = random.below(input.length + 1);
  return Buffer.concat([input.subarray(0, at), by, input.subarray(at + length)]);
}

function repeatPart(input: Buffer, random: Random): Buffer {
  const at = random.below(input.length);
  const part = input.subarray(at, at + 1 + random.below(64));
  const times = 2 + random.below(8);
  return Buffer.concat([input.subarray(0, at), ...Array.from({ length: times }, () => part), input.subarray(at)]);
}

function splice(input: Buffer, random: Random, others: readonly Buffer[]): Buffer {
  const other = random.pick(others);
  const from = random.below(other.length + 1);
  return Buffer.concat([input.subarray(0, random.below(input.length + 1)), other.subarray(from)]);
}

function replaceNumber(input: Buffer, random: Random): Buffer {
  const numbers = ['-0', '2147483648', '1e308', '0.1', '-9e99', '00'];
  return Buffer.from(
    input.toString('latin1').replace(/\d+/, () => random.pick(numbers)),
    'latin1',
  );
}

/** Something short, as often as it fits: what looks at everything again for each part of it takes for ever. */
function blowUp(input: Buffer, random: Random): Buffer {
  const at = random.below(input.length);
  const part = random.below(2) === 0 ? input.subarray(at, at + 1 + random.below(8)) : random.pick(TOKENS);
  const times = Math.floor(LONGEST_BYTES / Math.max(1, part.length));
  const long = Buffer.concat(Array.from({ length: times }, () => part));
  return Buffer.concat([input.subarray(0, at), long, input.subarray(at)]).subarray(0, LONGEST_BYTES);
}
