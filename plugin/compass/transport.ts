import { readFile } from 'node:fs/promises';
import type { Clock } from '#common/clock.ts';
import type { Transport } from '#common/compass/endpoint.ts';
import { readRoots } from '#common/compass/roots.ts';
import { CompassError, messageOf, type Reason } from '#common/errors.ts';
import type { Flag, ParsedFlags } from '../flags.ts';

/** For commands that call Compass from here: further roots to trust it by. */
export const COMPASS_CA_FLAG: Flag = {
  name: 'compass-ca',
  kind: 'text',
  value: 'FILE',
  summary: "roots to trust Compass by, beside the system's and NODE_EXTRA_CA_CERTS",
};

export interface TransportInput {
  readonly flags: ParsedFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Ends calls that carry no one-time token. */
  readonly interrupted: AbortSignal;
  /** Told what is wrong with the roots although some of them are good. */
  hint(text: string): void;
}

/**
 * How Compass is called from here: by HTTPS_PROXY and NO_PROXY, with the roots of the system, NODE_EXTRA_CA_CERTS and
 * --compass-ca. Throws Usage for a file of roots that cannot be read or holds none.
 */
export async function compassTransport({ flags, env, clock, interrupted, hint }: TransportInput): Promise<Transport> {
  const extraRoots: string[] = [];
  for (const [source, file] of [
    ['NODE_EXTRA_CA_CERTS', env['NODE_EXTRA_CA_CERTS']],
    ['--compass-ca', flags.text(COMPASS_CA_FLAG.name)],
  ] as const) {
    if (!file) continue;
    const { roots, problems } = readRoots(await readRootsFile(source, file));
    if (roots.length === 0) throw new CompassError('Usage', `${source} is ${file}: ${problems.join('; ')}`);
    for (const problem of problems) hint(`${source}: ${file}: ${problem}`);
    extraRoots.push(...roots);
  }
  const httpsProxy = env['HTTPS_PROXY'] || env['https_proxy'];
  const noProxy = env['NO_PROXY'] || env['no_proxy'];
  const proxy = { ...(httpsProxy ? { httpsProxy } : {}), ...(noProxy ? { noProxy } : {}) };
  return { extraRoots, proxy, clock, signal: interrupted };
}

export const GIVE_CA = 'give the CA of Compass by --compass-ca FILE';

type NextByReason = Readonly<Partial<Record<Reason, string>>>;

const NEXT_FROM_HERE: NextByReason = {
  CompassUntrusted: GIVE_CA,
  CompassThrottled: 'try again in a minute',
  CompassUnavailable: 'try again in a minute',
  CompassUnreachable: 'look at the network and the proxy on the way to Compass',
  CompassTimeout: 'look at the network and the proxy on the way to Compass',
};

/** An error of a call from here: the table gives the sidecar's settings, and says that the sidecar tries it again. `more` is what a command has to say. */
export function errorFromHere(error: unknown, more: NextByReason = {}): unknown {
  const next = error instanceof CompassError ? { ...NEXT_FROM_HERE, ...more }[error.reason] : undefined;
  if (!(error instanceof CompassError) || next === undefined || error.next !== undefined) return error;
  const { reason, message, requestId, status, maybeDone } = error;
  return new CompassError(reason, message, { cause: error, requestId, status, maybeDone, next });
}

async function readRootsFile(source: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError('Usage', `${source} is ${file}, which cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
