import { CATEGORIES } from '#common/checks/finding.ts';
import { parseConnectorUrl } from '#common/compass/trusted-url.ts';
import { CompassError, REASONS } from '#common/errors.ts';
import { FROM_BUNDLE_FLAG } from '../bundle/replay/from-bundle.ts';
import { COMPASS_CA_FLAG } from '../compass/transport.ts';
import type { Flag, ParsedFlags } from '../flags.ts';
import { readDurationMs, readIntervalMs, readTimeoutMs, timeoutFlag } from '../wait/flags.ts';

export type FailOn = 'error' | 'warning' | 'none';

export interface CheckOptions {
  /** Before an installation: what it needs, and what is in its way. */
  readonly pre: boolean;
  /** Undefined means all, also those that only a newer sidecar has. */
  readonly categories: ReadonlySet<string> | undefined;
  readonly failOn: FailOn;
  /** Codes and reasons that do not count. */
  readonly suppressed: ReadonlySet<string>;
  readonly askAgent: boolean;
  /** For the sidecar's answer; Infinity waits for ever. */
  readonly timeoutMs: number;
  /** How long it is repeated until nothing is found; 0 means once. */
  readonly waitMs: number;
  readonly intervalMs: number;
  /** A Connector to reach from here, instead of the one that the connection names. */
  readonly connectorUrl: string | undefined;
}

const SIDECAR_TIMEOUT_MS = 30_000;
const INTERVAL_MS = 5_000;

export const CHECK_FLAGS: readonly Flag[] = [
  { name: 'pre', kind: 'switch', summary: 'before an installation: what it needs, and what is in its way' },
  { name: 'category', kind: 'texts', value: 'LIST', summary: `only these, by commas: ${CATEGORIES.join(', ')}` },
  {
    name: 'fail-on',
    kind: 'text',
    value: 'error|warning|none',
    summary: 'what makes the exit code 1; error unless said',
  },
  {
    name: 'suppress',
    kind: 'texts',
    value: 'CODES',
    summary: 'findings that do not count, by commas: CMP0121,CMP0511',
  },
  { name: 'agent', kind: 'switch', summary: 'let the sidecar check, too (--no-agent: do not ask it)' },
  timeoutFlag('30s'),
  { name: 'wait', kind: 'text', value: 'DURATION', summary: 'repeat until nothing is found, for as long as this' },
  { name: 'interval', kind: 'text', value: 'DURATION', summary: 'between two runs of --wait; 5s unless said' },
  { name: 'connector-url', kind: 'text', value: 'URL', summary: 'the Connector to reach from here' },
  COMPASS_CA_FLAG,
  FROM_BUNDLE_FLAG,
];

/** All of it, once, from here and by the sidecar. */
export const WHOLE_CHECK: CheckOptions = {
  pre: false,
  categories: undefined,
  failOn: 'error',
  suppressed: new Set(),
  askAgent: true,
  timeoutMs: SIDECAR_TIMEOUT_MS,
  waitMs: 0,
  intervalMs: INTERVAL_MS,
  connectorUrl: undefined,
};

const FAIL_ON: readonly FailOn[] = ['error', 'warning', 'none'];

/** Throws Usage for a value that is none. */
export function readCheckOptions(flags: ParsedFlags): CheckOptions {
  const pre = flags.isOn('pre');
  const url = flags.text('connector-url');
  return {
    pre,
    categories: readCategories(flags),
    failOn: readFailOn(flags),
    suppressed: readSuppressed(flags),
    askAgent: !pre && flags.switched('agent') !== false,
    timeoutMs: readTimeoutMs(flags, SIDECAR_TIMEOUT_MS),
    waitMs: readDurationMs(flags, 'wait', 0),
    intervalMs: readIntervalMs(flags, INTERVAL_MS),
    connectorUrl: url === undefined ? undefined : parseConnectorUrl(url),
  };
}

function readCategories(flags: ParsedFlags): ReadonlySet<string> | undefined {
  const named = listOf(flags, 'category');
  const unknown = named.find((name) => !CATEGORIES.some((category) => category === name));
  if (unknown !== undefined) {
    throw new CompassError('Usage', `--category is "${unknown}", and must be of ${CATEGORIES.join(', ')}`);
  }
  return named.length === 0 ? undefined : new Set(named);
}

function readFailOn(flags: ParsedFlags): FailOn {
  const text = flags.text('fail-on') ?? 'error';
  const choice = FAIL_ON.find((candidate) => candidate === text);
  if (choice) return choice;
  throw new CompassError('Usage', `--fail-on is "${text}", and must be one of ${FAIL_ON.join(', ')}`);
}

/** Codes of the table, or reasons by their names; one that only a newer version knows is taken, too. */
function readSuppressed(flags: ParsedFlags): ReadonlySet<string> {
  const named = listOf(flags, 'suppress');
  const wrong = named.find((name) => !(/^CMP\d{4}$/i.test(name) || name in REASONS));
  if (wrong !== undefined) {
    throw new CompassError('Usage', `--suppress is "${wrong}", and must be codes such as CMP0121`);
  }
  return new Set(named.map((name) => (/^CMP/i.test(name) ? name.toUpperCase() : name)));
}

function listOf(flags: ParsedFlags, name: string): readonly string[] {
  return flags
    .texts(name)
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
}
