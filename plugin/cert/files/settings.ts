import { CompassError } from '#common/errors.ts';
import type { Flag, ParsedFlags } from '../../flags.ts';

export const KEY_SIZE_FLAG: Flag = {
  name: 'key-size',
  kind: 'text',
  value: 'BITS',
  summary: 'of the new RSA key: 2048 to 8192, 4096 unless said',
};

export const ALLOWED_HOST_FLAG: Flag = {
  name: 'allowed-host',
  kind: 'texts',
  value: 'HOST',
  summary: 'another host that Compass may name for its services, repeatable',
};

const LEAST_BITS = 2048;
const MOST_BITS = 8192;

/** What the documents recommend is 4096. Throws Usage for what no CA takes, or takes minutes to make. */
export function readKeySize(flags: ParsedFlags): number {
  const text = flags.text('key-size') ?? '4096';
  const bits = Number(text);
  if (Number.isInteger(bits) && bits >= LEAST_BITS && bits <= MOST_BITS) return bits;
  throw new CompassError('Usage', `--key-size is "${text}", and must be from ${LEAST_BITS} to ${MOST_BITS}`);
}
