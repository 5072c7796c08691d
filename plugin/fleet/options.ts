import { readFile } from 'node:fs/promises';
import { text as wholeText } from 'node:stream/consumers';
import { CompassError } from '#common/errors.ts';
import type { Source } from '../command.ts';
import type { Flag, ParsedFlags } from '../flags.ts';
import { nearest } from '../nearest.ts';
import { quoted, quotedPath } from '../quoted.ts';
import { readDurationMs, readIntervalMs } from '../wait/flags.ts';
import { whyUnread } from '../why-unread.ts';

const CONCURRENCY = 8;
const TIMEOUT_MS = 10_000;
const INTERVAL_MS = 30_000;

/** Which contexts, how many at a time, and for how long each. */
export const FLEET_FLAGS: readonly Flag[] = [
  { name: 'contexts', kind: 'texts', value: 'NAMES', summary: 'these contexts of the kubeconfig: prod-eu,prod-us' },
  { name: 'all-contexts', kind: 'switch', summary: 'every context of the kubeconfig' },
  { name: 'contexts-file', kind: 'text', value: 'FILE', summary: 'contexts from a file, one a line; - is stdin' },
  { name: 'concurrency', kind: 'text', value: 'N', summary: `clusters at a time, ${CONCURRENCY} unless said` },
  {
    name: 'timeout-per-cluster',
    kind: 'text',
    value: 'DURATION',
    summary: 'longest wait for one cluster, its login included, 10s unless said; 0 sets no limit',
  },
  { name: 'watch', short: 'w', kind: 'switch', summary: 'stay, ask again and again, and show what changes' },
  {
    name: 'interval',
    kind: 'text',
    value: 'DURATION',
    summary: 'with -w: from one round to the next, 30s unless said',
  },
];

/** How a fleet is asked. */
export interface FleetOptions {
  readonly concurrency: number;
  /** Infinity sets no limit. */
  readonly timeoutMs: number;
  /** From the end of one round to the next, where it is watched. */
  readonly intervalMs: number;
}

/** Flags of kubectl's that are about one cluster, or would give the credential of one to all of them. */
const ONE_CLUSTER = [
  'context',
  'cluster',
  'user',
  'server',
  'token',
  'username',
  'password',
  'certificate-authority',
  'client-certificate',
  'client-key',
  'tls-server-name',
];

/** Throws Usage for what makes no sense, and for flags that name one cluster. */
export function readFleetOptions(flags: ParsedFlags): FleetOptions {
  const single = ONE_CLUSTER.find((name) => flags.text(name) !== undefined);
  const flag = flags.isOn('insecure-skip-tls-verify') ? 'insecure-skip-tls-verify' : single;
  if (flag !== undefined) {
    const instead = flag === 'context' ? 'say --contexts' : 'let the kubeconfig say it, for each of them';
    throw new CompassError('Usage', `--${flag} is about one cluster, and a fleet has several: ${instead}`);
  }
  if (flags.text('interval') !== undefined && !flags.isOn('watch')) {
    throw new CompassError('Usage', '--interval is about -w, which asks again and again');
  }
  const timeoutMs = readDurationMs(flags, 'timeout-per-cluster', TIMEOUT_MS);
  return {
    intervalMs: readIntervalMs(flags, INTERVAL_MS),
    concurrency: readConcurrency(flags),
    timeoutMs: timeoutMs === 0 ? Number.POSITIVE_INFINITY : timeoutMs,
  };
}

function readConcurrency(flags: ParsedFlags): number {
  const said = flags.text('concurrency') ?? String(CONCURRENCY);
  if (/^[1-9]\d{0,3}$/.test(said)) return Number(said);
  throw new CompassError('Usage', `--concurrency is ${quoted(said)}, and must be a number from 1 to 9999`);
}

/** How the contexts were chosen: by exactly one of three flags. Throws Usage. */
export function readChoice(flags: ParsedFlags): 'contexts' | 'all-contexts' | 'contexts-file' {
  const given = [
    ...(flags.texts('contexts').length > 0 ? ['contexts' as const] : []),
    ...(flags.isOn('all-contexts') ? ['all-contexts' as const] : []),
    ...(flags.text('contexts-file') === undefined ? [] : ['contexts-file' as const]),
  ];
  const [choice, other] = given;
  if (choice === undefined) {
    throw new CompassError('Usage', 'say which contexts: --contexts A,B, --all-contexts or --contexts-file FILE');
  }
  if (other !== undefined) throw new CompassError('Usage', `--${choice} and --${other} exclude each other`);
  return choice;
}

/** The contexts that are asked, in the order given, each once. Throws Usage for none, and for one that is not known. */
export async function chosenContexts(
  flags: ParsedFlags,
  stdin: Source,
  known: readonly string[],
): Promise<readonly string[]> {
  const choice = readChoice(flags);
  const named = choice === 'all-contexts' ? known : await namedContexts(choice, flags, stdin);
  const names = [...new Set(named)];
  if (names.length === 0) {
    const where = choice === 'all-contexts' ? 'the kubeconfig' : `--${choice}`;
    throw new CompassError('Usage', `${where} names no context`);
  }
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw unknownContexts(unknown, known);
  return names;
}

async function namedContexts(
  choice: 'contexts' | 'contexts-file',
  flags: ParsedFlags,
  stdin: Source,
): Promise<readonly string[]> {
  if (choice === 'contexts') return listed(flags.texts('contexts').flatMap((names) => names.split(',')));
  const path = flags.text('contexts-file') ?? '';
  const lines = (path === '-' ? await wholeText(stdin.stream) : await readText(path)).split('\n');
  return listed(lines).filter((line) => !line.startsWith('#'));
}

function listed(names: readonly string[]): readonly string[] {
  return names.map((name) => name.trim()).filter((name) => name !== '');
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const message = `the contexts' file ${quotedPath(path)} cannot be read: ${whyUnread(error)}`;
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError('Usage', message, { cause: error });
  }
}

/** All of them at once: a list is corrected in one go. */
function unknownContexts(unknown: readonly string[], known: readonly string[]): CompassError {
  const words = unknown.map((name) => {
    const meant = nearest(name, known);
    return `${quoted(name)}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`;
  });
  return new CompassError('Usage', `the kubeconfig has no context ${words.join(', ')}`, {
    next: 'kubectl config get-contexts',
  });
}
