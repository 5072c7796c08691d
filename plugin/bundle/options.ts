import { CompassError } from '#common/errors.ts';
import type { Flag, ParsedFlags } from '../flags.ts';
import { readDurationMs, readTimeoutMs, timeoutFlag } from '../wait/flags.ts';

const SINCE_MS = 24 * 60 * 60_000;
const TIMEOUT_MS = 30_000;

/** The parts of a report by the flags that switch them off, with what each is. */
const COLLECTORS = {
  secrets: 'Secrets: metadata, key names, fingerprints',
  checks: 'the checks, from here and by the sidecar',
  diff: 'the plan of a synchronization, by the sidecar',
  resources: 'connection, report, Deployment, Pods, Lease, CRDs',
  rbac: 'the roles and bindings of the installation',
  applications: 'the Applications',
  events: 'Events',
  logs: 'the logs, current and previous',
  metrics: 'the metrics of the running sidecars',
  versions: 'what runs, and in which version',
} as const;

export type CollectorName = keyof typeof COLLECTORS;

const COLLECTOR_NAMES = Object.keys(COLLECTORS) as readonly CollectorName[];

export interface ReportOptions {
  /** Where the archive goes; undefined is a name of its own in the current folder. */
  readonly file: string | undefined;
  readonly force: boolean;
  readonly sinceMs: number;
  /** For each answer of the sidecar; Infinity waits for ever. */
  readonly timeoutMs: number;
  readonly off: ReadonlySet<CollectorName>;
  readonly anonymize: boolean;
}

export const REPORT_FLAGS: readonly Flag[] = [
  {
    name: 'file',
    short: 'f',
    kind: 'text',
    value: 'FILE',
    summary: 'the archive, compass-report-….tar.gz unless said',
  },
  { name: 'force', kind: 'switch', summary: 'replace a file that is there' },
  { name: 'since', kind: 'text', value: 'DURATION', summary: 'logs and Events of so long; 24h unless said' },
  { name: 'anonymize', kind: 'switch', summary: 'other names for Applications, hosts, ids and people' },
  { ...timeoutFlag('30s'), summary: 'longest wait for each answer of the sidecar, 30s unless said; 0 waits for ever' },
  ...COLLECTOR_NAMES.map(
    (name): Flag => ({ name, kind: 'switch', summary: `${COLLECTORS[name]} (--no-${name}: without)` }),
  ),
];

/** Throws Usage for a value that is none. */
export function readReportOptions(flags: ParsedFlags): ReportOptions {
  const sinceMs = readDurationMs(flags, 'since', SINCE_MS);
  if (sinceMs <= 0) throw new CompassError('Usage', '--since is how far back it goes, and must be more than nothing');
  return {
    file: flags.text('file'),
    force: flags.isOn('force'),
    sinceMs,
    timeoutMs: readTimeoutMs(flags, TIMEOUT_MS),
    off: new Set(COLLECTOR_NAMES.filter((name) => flags.switched(name) === false)),
    anonymize: flags.isOn('anonymize'),
  };
}
