import { CompassError } from '#common/errors.ts';
import { DRY_RUN_FLAG, type DryRun, readDryRun } from '../dry-run.ts';
import type { Flag, ParsedFlags } from '../flags.ts';
import { YES_FLAG } from '../output/confirm.ts';
import { readTimeoutMs, timeoutFlag } from '../wait/flags.ts';
import { AGENT_FLAG } from './find-agent.ts';

/** What is to be done. */
export type MigrationAction = 'plan' | 'apply' | 'rollback';

const ACTIONS: readonly MigrationAction[] = ['plan', 'apply', 'rollback'];

const FIVE_MINUTES_MS = 5 * 60_000;

export const MIGRATE_FLAGS: readonly Flag[] = [
  {
    name: 'plan',
    kind: 'switch',
    summary: 'show what would be done, and what is in the way: as it does unless told else',
  },
  { name: 'apply', kind: 'switch', summary: 'do it, or go on with one that was cut off' },
  { name: 'rollback', kind: 'switch', summary: 'give the connection back to the agent; no token is needed' },
  AGENT_FLAG,
  { name: 'image', kind: 'text', value: 'IMAGE', summary: "the sidecar's image, where none is installed yet" },
  YES_FLAG,
  { ...timeoutFlag('5m'), summary: 'longest wait of each step, 5m unless said; 0 waits for ever' },
  DRY_RUN_FLAG,
];

export interface MigrationOptions {
  readonly action: MigrationAction;
  readonly image: string | undefined;
  readonly dryRun: DryRun;
  readonly timeoutMs: number;
}

/** Throws Usage for flags that contradict each other, and for values that are none. */
export function readMigrationOptions(flags: ParsedFlags): MigrationOptions {
  const asked = ACTIONS.filter((action) => flags.isOn(action));
  const [action = 'plan', another] = asked;
  if (another !== undefined) {
    throw new CompassError('Usage', `--${action} and --${another} are two things: say one of them`);
  }
  const dryRun = readDryRun(flags);
  return { action, image: flags.text('image'), dryRun, timeoutMs: readTimeoutMs(flags, FIVE_MINUTES_MS) };
}
