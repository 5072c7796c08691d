/** How a command is walked: a line that works in a world where all is well, and what each fault makes of it. */
export interface Walk {
  /** Behind the command's name. `TOKEN` and `FOLDER` stand for a fresh token's file and a folder of the test's own. */
  readonly args: readonly string[];
  /** Where all is well; 0 unless said. */
  readonly good?: number;
  /** It needs no cluster, so that a fault of the cluster is none. */
  readonly offline?: true;
  /** What a fault makes of it, where that is not what it makes of most. */
  readonly faults?: Readonly<Partial<Record<Fault, number>>>;
}

/** Everything that can be in the way of a command, and the exit code that it has unless a line says otherwise. */
export const FAULTS = {
  /** No API server answers. */
  unreachable: 4,
  /** Somebody without any right. */
  forbidden: 4,
  /** A cluster that has never heard of Compass. */
  absent: 3,
  /** A flag that does not exist. */
  misused: 2,
} as const;

export type Fault = keyof typeof FAULTS;

/** One line for each command that there is: a command without one fails the suite. */
export const WALKS: Readonly<Record<string, Walk>> = {
  status: { args: [] },
  check: { args: ['--category', 'identity,sync'], faults: { absent: 1 } },
  get: { args: ['apps'] },
  describe: { args: ['app', 'orders'] },
  tree: { args: [] },
  trace: { args: ['app/orders'] },
  diff: { args: [] },
  logs: { args: [], good: 3 },
  report: { args: ['-f', 'FOLDER/report.tar.gz', '--force'] },
  // A cluster that has never heard of Compass has no Events about it.
  events: { args: [], faults: { absent: 0 } },
  // A flag that names one cluster is wrong usage there.
  'fleet status': { args: ['--all-contexts'], faults: { unreachable: 2 } },
  history: { args: [] },
  explain: { args: ['CMP0402'], offline: true },
  install: { args: ['--dry-run=client'] },
  // What works there is a process, and no Deployment.
  upgrade: { args: ['--dry-run=client'], good: 3 },
  // Where there is nothing, nothing needs to go.
  uninstall: { args: ['--dry-run=client'], faults: { absent: 0 } },
  // The world of the walk has no workloads.
  inject: { args: ['deployment/orders', '--dry-run=client'], good: 3 },
  eject: { args: ['deployment/orders', '--dry-run=client'], good: 3 },
  connect: { args: ['--dry-run=client', '--token-file', 'TOKEN'], good: 7 },
  reconnect: { args: ['--dry-run=client', '--token-file', 'TOKEN'] },
  disconnect: { args: ['--dry-run=client', '--yes'] },
  // There is no agent to migrate from in that world.
  'migrate from-agent': { args: [], good: 3 },
  'token request': {
    args: [
      '--director-url',
      'https://127.0.0.1:1',
      '--runtime-id',
      'r',
      '--tenant',
      't',
      '--auth-token-file',
      'TOKEN',
      '--out',
      'FOLDER/token',
    ],
    good: 5,
    offline: true,
  },
  'cert show': { args: [] },
  'cert check': { args: [] },
  'cert renew': { args: ['--dry-run=server'] },
  'cert revoke': { args: ['--dry-run=client', '--yes'] },
  'cert verify': { args: [] },
  'cert issue': { args: ['--dry-run', '--token-file', 'TOKEN', '--out', 'FOLDER/cert'], offline: true },
  sync: { args: [] },
  suspend: { args: ['--dry-run=server', '--reason', 'a walk', '--for', '1h'] },
  resume: { args: ['--dry-run=server'] },
  // Where all is well nothing is held.
  'approve deletions': { args: ['--dry-run=client'], good: 3 },
  reject: { args: ['--dry-run=client'], good: 3 },
  version: { args: [], faults: { forbidden: 0, absent: 0 } },
  completion: { args: ['bash'], offline: true },
  'completion install': { args: ['--dir', 'FOLDER', '--dry-run'], offline: true },
  options: { args: [], offline: true },
};

/** The exit code of a command's line with this fault in its way. */
export function exitWith(fault: Fault, { good = 0, offline, faults }: Walk): number {
  return faults?.[fault] ?? (offline && fault !== 'misused' ? good : FAULTS[fault]);
}
