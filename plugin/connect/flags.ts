import { TOKEN_FLAGS } from '../compass/one-time-token.ts';
import { COMPASS_CA_FLAG } from '../compass/transport.ts';
import { DRY_RUN_FLAG } from '../dry-run.ts';
import type { Flag } from '../flags.ts';
import { YES_FLAG } from '../output/confirm.ts';
import { timeoutFlag, WAIT_FLAG } from '../wait/flags.ts';

/** What connect and reconnect take alike. */
export const PAIRING_FLAGS: readonly Flag[] = [
  ...TOKEN_FLAGS,
  { name: 'runtime-id', kind: 'text', value: 'ID', summary: 'the Runtime, as Compass knows this cluster' },
  { name: 'tenant', kind: 'text', value: 'ID', summary: 'the tenant that the Runtime is in' },
  { name: 'connection', kind: 'text', value: 'NAME', summary: 'the CompassConnection, where there are several' },
  COMPASS_CA_FLAG,
  DRY_RUN_FLAG,
  YES_FLAG,
  WAIT_FLAG,
  timeoutFlag('2m'),
];

/** How long a pairing is waited for unless said: it takes seconds, or a call that times out. */
export const PAIRING_TIMEOUT_MS = 120_000;
